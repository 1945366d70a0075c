package schema

import (
	"encoding/json"
	"io"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/shape"
)

type site struct {
	node  *shape.Node
	value *document.Value
}

// mutate makes one thing wrong, probably, somewhere in the value.
func (g *generator) mutate(n *shape.Node, v *document.Value) {
	var sites []site
	collect(n, v, &sites)
	s := pick(g, sites)
	switch {
	case g.one(12):
		*s.value = g.anything(1)
	case s.value.Kind == document.Map:
		g.mutateMap(s)
	case s.value.Kind == document.Int:
		s.value.Int = g.nearInteger(s)
	case s.value.Kind == document.String:
		s.value.Str = g.nearText(s.value.Str)
	case s.value.Kind == document.Bool:
		s.value.Bool = !s.value.Bool
	case s.value.Kind == document.List && len(s.value.Items) > 0:
		s.value.Items = append(s.value.Items, g.anything(1))
	default:
		*s.value = g.anything(1)
	}
}

func collect(n *shape.Node, v *document.Value, sites *[]site) {
	n = n.Alternative(v.Kind)
	*sites = append(*sites, site{n, v})
	for i := range v.Items {
		child := n.Element()
		if v.Kind == document.Map {
			child = n.Child(v.Keys[i].Name)
		}
		if child != nil {
			collect(child, &v.Items[i], sites)
		}
	}
}

func (g *generator) mutateMap(s site) {
	v := s.value
	names := s.node.FieldNames()
	switch g.IntN(6) {
	case 0, 1:
		if len(v.Items) > 0 {
			remove(v, g.IntN(len(v.Items)))
		}
	case 2:
		if len(v.Items) > 0 {
			g.rename(v, g.IntN(len(v.Items)))
		}
	case 3:
		set(v, g.nearText(pick(g, append(names, "x"))), g.anything(1))
	case 4:
		set(v, pick(g, g.words), g.scalar())
	default:
		if len(names) > 0 {
			name := pick(g, names)
			set(v, name, g.value(s.node.Child(name), 1))
		}
	}
}

func (g *generator) rename(v *document.Value, i int) {
	name, value := pick(g, g.words), v.Items[i]
	remove(v, i)
	set(v, name, value)
}

func (g *generator) scalar() document.Value {
	switch g.IntN(4) {
	case 0:
		return document.Value{Kind: document.Int, Int: pick(g, g.numbers)}
	case 1:
		return document.Value{Kind: document.Bool, Bool: g.one(2)}
	case 2:
		return g.anything(1)
	}
	return stringValue(pick(g, g.words))
}

// nearInteger is just outside or just inside a bound.
func (g *generator) nearInteger(s site) int64 {
	if t := s.node.Int; t != nil && !g.one(3) {
		if t.Max != nil && g.one(2) {
			return *t.Max + int64(g.IntN(3)) - 1
		}
		if t.Min != nil {
			return *t.Min - int64(g.IntN(3)) + 1
		}
	}
	return pick(g, g.numbers) + int64(g.IntN(3)) - 1
}

// nearText changes a little: a character more, less or other, at either end or
// anywhere, or something else entirely.
func (g *generator) nearText(s string) string {
	if !utf8.ValidString(s) {
		return s
	}
	runes := []rune(s)
	at := pick(g, []int{0, len(runes), g.IntN(len(runes) + 1)})
	other := pick(g, []rune("aZ09-_./ \n:%ä+~"))
	switch {
	case g.one(6):
		return pick(g, g.words)
	case g.one(10):
		return ""
	case g.one(3) || len(runes) == 0:
		return string(slices.Insert(slices.Clone(runes), at, other))
	case g.one(2):
		at = min(at, len(runes)-1)
		return string(slices.Delete(slices.Clone(runes), at, at+1))
	}
	runes[min(at, len(runes)-1)] = other
	return string(runes)
}

// match makes a string that a pattern matches, with lengths on their bounds.
func (g *generator) match(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return pattern
	}
	var b strings.Builder
	g.write(&b, re)
	return b.String()
}

func (g *generator) write(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(g.class(re.Rune))
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			g.write(b, sub)
		}
	case syntax.OpAlternate:
		g.write(b, pick(g, re.Sub))
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		low, high := repetitions(re)
		for range pick(g, []int{low, high, low + g.IntN(high-low+1), low + g.IntN(high-low+1)}) {
			g.write(b, re.Sub[0])
		}
	}
}

func repetitions(re *syntax.Regexp) (low, high int) {
	switch re.Op {
	case syntax.OpStar:
		return 0, 3
	case syntax.OpPlus:
		return 1, 3
	case syntax.OpQuest:
		return 0, 1
	}
	if re.Max < 0 {
		return re.Min, re.Min + 3
	}
	return re.Min, re.Max
}

// class picks a character of a class given as ranges, usually a plain one.
func (g *generator) class(ranges []rune) rune {
	i := 2 * g.IntN(len(ranges)/2)
	low, high := ranges[i], ranges[i+1]
	r := pick(g, []rune{low, high, low + rune(g.IntN(int(high-low)+1))})
	if plain := 'a' + rune(g.IntN(26)); high > 0xff && low <= plain {
		r = pick(g, []rune{plain, low, min(high, 0xe4)})
	}
	if !utf8.ValidRune(r) {
		return low
	}
	return r
}

// literals returns every string, name and number of the source.
func literals(files map[string][]byte) (words []string, numbers []int64) {
	words, numbers = []string{"x", ""}, []int64{0, 1, -1}
	for _, name := range sortedKeys(files) {
		f, _ := parseFile(name, files[name])
		ast.Walk(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.BasicLit:
				if s, err := literal.Unquote(x.Value); err == nil && x.Kind == token.STRING {
					words = append(words, s)
				} else if i, err := strconv.ParseInt(x.Value, 10, 64); err == nil {
					numbers = append(numbers, i)
				}
			case *ast.Field:
				if id, ok := x.Label.(*ast.Ident); ok {
					words = append(words, id.Name)
				}
			}
			return true
		}, nil)
	}
	slices.Sort(words)
	slices.Sort(numbers)
	return slices.Compact(words), slices.Compact(numbers)
}

func writeJSON(w io.Writer, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		b = []byte(err.Error())
	}
	_, _ = w.Write(b)
}
