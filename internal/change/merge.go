package change

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/finding"
)

// Entry is one file of a tree: (mode, blob) by path.
type Entry struct {
	Path string
	Mode string // in Git, such as "100644"
	Blob string // id
}

// Conflict is a path that both sides changed, or that is a file on one side and a
// folder on the other.
type Conflict struct {
	Path         string
	Ours, Theirs string // what each side made of it: a blob's id, "" for removed
	// By are the commits that did, on each side; "" where nobody asked.
	By struct{ Ours, Theirs string }
}

// Merge joins ours and theirs by path over (mode, blob), three-way from base,
// without renames and without merging text. All are sorted by path, and so is
// the result. A folder on one side where the other has a file is a conflict.
//
// A path that is in conflict stays in the result as ours has it.
func Merge(base, ours, theirs []Entry) ([]Entry, []Conflict) {
	if slices.Equal(base, ours) {
		return slices.Clone(theirs), nil
	}
	m := merging{}
	for len(base) > 0 || len(ours) > 0 || len(theirs) > 0 {
		path := first(base, ours, theirs)
		m.path(path, take(&base, path), take(&ours, path), take(&theirs, path))
	}
	m.folders()
	slices.SortFunc(m.conflicts, func(a, b Conflict) int { return strings.Compare(a.Path, b.Path) })
	return m.out, m.conflicts
}

// merging is a merge under way.
type merging struct {
	out       []Entry
	theirs    map[string]bool // paths of out that are as only theirs has them
	ours      map[string]bool // and as only ours has them
	conflicts []Conflict
}

// side is what one tree has at a path; nil is nothing.
type side *Entry

// first is the least path of all.
func first(lists ...[]Entry) string {
	path, found := "", false
	for _, l := range lists {
		if len(l) > 0 && (!found || l[0].Path < path) {
			path, found = l[0].Path, true
		}
	}
	return path
}

// take is the entry at a path, off the front of a list. Of several with one path,
// which no tree of Git has, the last counts.
func take(list *[]Entry, path string) side {
	var out side
	for len(*list) > 0 && (*list)[0].Path <= path {
		if (*list)[0].Path == path {
			out = &(*list)[0]
		}
		*list = (*list)[1:]
	}
	return out
}

func same(a, b side) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Mode == b.Mode && a.Blob == b.Blob
}

func blob(s side) string {
	if s == nil {
		return ""
	}
	return s.Blob
}

func (m *merging) path(path string, base, ours, theirs side) {
	result := ours
	switch {
	case same(ours, theirs), same(base, theirs):
	case same(base, ours):
		result = theirs
	default:
		m.conflicts = append(m.conflicts, Conflict{Path: path, Ours: blob(ours), Theirs: blob(theirs)})
	}
	if result == nil {
		return
	}
	m.out = append(m.out, *result)
	switch {
	case ours == nil:
		m.mark(&m.theirs, path)
	case theirs == nil:
		m.mark(&m.ours, path)
	}
}

func (m *merging) mark(set *map[string]bool, path string) {
	if *set == nil {
		*set = map[string]bool{}
	}
	(*set)[path] = true
}

// folders finds files of one side that lie where the other has a folder. A tree
// alone never has both, so one of the two paths is of one side only.
func (m *merging) folders() {
	if len(m.ours) == 0 || len(m.theirs) == 0 {
		return
	}
	blobs := map[string]string{}
	for _, e := range m.out {
		blobs[e.Path] = e.Blob
	}
	known := map[string]bool{}
	for _, c := range m.conflicts {
		known[c.Path] = true
	}
	for _, e := range m.out {
		for i := range len(e.Path) {
			if e.Path[i] != '/' {
				continue
			}
			file := e.Path[:i]
			at, isFile := blobs[file]
			if !isFile || known[file] {
				continue
			}
			known[file] = true
			c := Conflict{Path: file, Ours: at}
			if m.theirs[file] {
				c = Conflict{Path: file, Theirs: at}
			}
			m.conflicts = append(m.conflicts, c)
		}
	}
}

// mostNamed is how many documents of a file a conflict names.
const mostNamed = 5

// Text says what is in conflict: the documents at the path, and the two commits
// that each made it another thing; where those are not known, the two tips.
func (c Conflict) Text(documents []finding.Identity, ours, theirs string) string {
	what := fmt.Sprintf("%q", c.Path)
	if len(documents) > 0 {
		names := make([]string, 0, len(documents))
		for _, d := range documents {
			names = append(names, d.String())
		}
		slices.Sort(names)
		names = slices.Compact(names)
		if n := len(names); n > mostNamed {
			names = append(names[:mostNamed], fmt.Sprintf("and %d more", n-mostNamed))
		}
		what = strings.Join(names, ", ") + " in " + what
	}
	verb := "was changed on both sides"
	switch {
	case c.Ours == "" && c.Theirs == "":
		verb = "is a file on one side and a folder on the other"
	case c.Ours == "":
		verb = "is no file on the target any more, and differs in the change"
	case c.Theirs == "":
		verb = "was changed on the target, and is no file in the change any more"
	}
	return fmt.Sprintf("%s %s: by commit %s on the target and by commit %s of the change", what, verb, Short(cmp.Or(c.By.Ours, ours)), Short(cmp.Or(c.By.Theirs, theirs)))
}

// Short is a commit's id as people read it.
func Short(commit string) string {
	if len(commit) > 12 {
		return commit[:12]
	}
	return commit
}
