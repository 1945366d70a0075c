package policy

import (
	"bytes"
	"regexp"
	"slices"
)

// dataName finds where a text speaks of data, and of what in it.
var dataName = regexp.MustCompile(`\bdata\b(?:\.(\w+)(?:\.lib\.(\w+))?)?`)

var comment = regexp.MustCompile(`(?m)^\s*#.*$`)

// code is a module without the lines that are comments for sure: a text over several
// lines could hold such a line.
func (m Module) code() []byte {
	if bytes.IndexByte(m.Source, '`') >= 0 {
		return m.Source
	}
	return comment.ReplaceAll(m.Source, nil)
}

// documented are the parts of data that no package is.
var documented = []string{"asOf", "documents", "assets", "members", "listed", "targets", "parameters"}

// Needed are the shared packages that modules and those packages name. Where a module
// speaks of data in another way than by a full name, it may mean any of them.
func Needed(shared, modules []Module) []Module {
	byName := map[string]Module{}
	for _, m := range shared {
		_, name := m.folder()
		byName[name] = m
	}
	need := map[string]bool{}
	for todo := slices.Clone(modules); len(todo) > 0; todo = todo[1:] {
		for _, found := range dataName.FindAllSubmatch(todo[0].code(), -1) {
			name := string(found[2])
			m, known := byName[name]
			switch {
			case !known && !slices.Contains(documented, string(found[1])):
				return shared
			case known && !need[name]:
				need[name] = true
				todo = append(todo, m)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(shared), func(m Module) bool {
		_, name := m.folder()
		return !need[name]
	})
}
