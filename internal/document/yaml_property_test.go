package document_test

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/document"
)

// anyText draws strings that YAML could take for something else.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[a-z][a-z0-9-]{0,12}`),
		rapid.SampledFrom([]string{"", "yes", "no", "null", "~", "true", "010", "1.10", "0x1f", "2026-03-29", "- a", "a: b", "a #b", "#x", "[", "}", "'", `"`, "|", ">", "%x", "@", "`", "&a", "*a", "!t", "<<", "---", "...", " x ", "ä\U0001F600", "\\", "a\nb", "\n", "x\n\n y\n", "\tx", "?", ":", "-", ","}),
		rapid.StringOfN(rapid.RuneFrom([]rune("ab :-#[]{}'\"|>,!&*?%@\\\n\täß")), 0, 20, -1),
	)
}

func anyValue(depth int) *rapid.Generator[document.Value] {
	scalar := rapid.OneOf(
		rapid.Just(document.Value{Kind: document.Null}),
		rapid.Map(rapid.Bool(), func(b bool) document.Value { return document.Value{Kind: document.Bool, Bool: b} }),
		rapid.Map(rapid.Int64Range(-1<<53, 1<<53), func(n int64) document.Value { return document.Value{Kind: document.Int, Int: n} }),
		rapid.Map(anyText(), func(s string) document.Value { return document.Value{Kind: document.String, Str: s} }),
	)
	if depth == 0 {
		return scalar
	}
	list := rapid.Map(rapid.SliceOfN(anyValue(depth-1), 0, 4), func(items []document.Value) document.Value {
		return document.Value{Kind: document.List, Items: items}
	})
	return rapid.OneOf(scalar, list, anyMap(depth-1, 0))
}

func anyMap(depth, least int) *rapid.Generator[document.Value] {
	return rapid.Custom(func(t *rapid.T) document.Value {
		keys := rapid.SliceOfNDistinct(anyText().Filter(func(s string) bool { return s != "" }), least, 5, rapid.ID[string]).Draw(t, "keys")
		m := document.Value{Kind: document.Map}
		for _, k := range keys {
			m.Keys = append(m.Keys, document.Key{Name: k})
			m.Items = append(m.Items, anyValue(depth).Draw(t, "value"))
		}
		return m
	})
}

// node is a value as the YAML library writes it; the style of collections is
// drawn, that of strings is the library's choice or drawn.
func node(t *rapid.T, v *document.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode}
	switch v.Kind {
	case document.Null:
		n.Tag, n.Value = "!!null", "null"
	case document.Bool:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(v.Bool)
	case document.Int:
		n.Tag, n.Value = "!!int", strconv.FormatInt(v.Int, 10)
	case document.String:
		n = text(t, v.Str)
	case document.List, document.Map:
		n.Kind = yaml.SequenceNode
		n.Style = rapid.SampledFrom([]yaml.Style{0, 0, yaml.FlowStyle}).Draw(t, "style")
		for i := range v.Items {
			if v.Kind == document.Map {
				n.Kind = yaml.MappingNode
				n.Content = append(n.Content, text(t, v.Keys[i].Name))
			}
			n.Content = append(n.Content, node(t, &v.Items[i]))
		}
		if v.Kind == document.Map {
			n.Kind = yaml.MappingNode
		}
	}
	return n
}

func text(t *rapid.T, s string) *yaml.Node {
	style := rapid.SampledFrom([]yaml.Style{yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle}).Draw(t, "quotes")
	if strings.HasPrefix(s, "\n") || strings.HasPrefix(s, " ") || strings.HasPrefix(s, "\t") || strings.Contains(s, "\n") {
		style = yaml.DoubleQuotedStyle
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: style}
}

// same compares values without their places.
func same(a, b *document.Value) bool {
	if a.Kind != b.Kind || a.Bool != b.Bool || a.Int != b.Int || a.Str != b.Str || len(a.Items) != len(b.Items) || len(a.Keys) != len(b.Keys) {
		return false
	}
	for i := range a.Items {
		if len(a.Keys) > 0 && a.Keys[i].Name != b.Keys[i].Name || !same(&a.Items[i], &b.Items[i]) {
			return false
		}
	}
	return true
}

// TestWhatIsWrittenIsRead: any value, in any style, comes back as it was.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyMap(3, 1).Draw(t, "value")
		src, err := yaml.Marshal(node(t, &v))
		if err != nil {
			t.Fatal(err)
		}
		docs, fs := document.ParseYAML("f.yaml", src)
		if len(docs) != 1 || len(fs) > 0 || !same(&v, &docs[0].Root) {
			t.Fatalf("%s\nfindings %v\nread %+v", src, fs, docs)
		}
	})
}

// differs compares a value with what the library decodes into any. Readers
// disagree about Odd values, and dates stay text for us.
func differs(v *document.Value, other any) string {
	switch o := other.(type) {
	case nil:
		if v.Kind == document.Null || v.Kind == document.Odd {
			return ""
		}
	case map[string]any:
		if v.Kind != document.Map || len(v.Keys) != len(o) {
			return fmt.Sprintf("%v, not %v", v, o)
		}
		for i, k := range v.Keys {
			if d := differs(&v.Items[i], o[k.Name]); d != "" {
				return k.Name + ": " + d
			}
		}
		return ""
	case []any:
		if v.Kind != document.List || len(v.Items) != len(o) {
			return fmt.Sprintf("%v, not %v", v, o)
		}
		for i := range v.Items {
			if d := differs(&v.Items[i], o[i]); d != "" {
				return d
			}
		}
		return ""
	case map[any]any:
		return "" // a key that only the library takes for something else
	default:
		if scalarSame(v, o) {
			return ""
		}
	}
	return fmt.Sprintf("%+v, not %T %v", v, other, other)
}

func scalarSame(v *document.Value, other any) bool {
	switch o := other.(type) {
	case bool:
		return v.Kind == document.Odd || v.Kind == document.Bool && v.Bool == o
	case string:
		return v.Kind == document.Odd || v.Kind == document.String && v.Str == o
	case time.Time:
		return v.Kind == document.String
	case int:
		return v.Kind == document.Odd || v.Kind == document.Int && v.Int == int64(o)
	case float64, int64, uint64, *big.Int:
		return v.Kind == document.Odd
	}
	return false
}

// misplaced returns a key or scalar that does not begin at its place, or nil.
func misplaced(v *document.Value, lines []string) *document.Value {
	for i, k := range v.Keys {
		key := document.Value{Kind: document.String, Str: k.Name, Pos: k.Pos}
		if misplaced(&key, lines) != nil {
			return &key
		}
		if v.Items[i].Kind == document.Odd && v.Items[i].Str == "" {
			continue // nothing is nowhere
		}
		if bad := misplaced(&v.Items[i], lines); bad != nil {
			return bad
		}
	}
	for i := range v.Items {
		if v.Kind == document.List && (v.Items[i].Kind != document.Odd || v.Items[i].Str != "") && misplaced(&v.Items[i], lines) != nil {
			return &v.Items[i]
		}
	}
	at := []rune(lines[v.Pos.Line-1])[v.Pos.Column-1:]
	switch {
	case v.Kind != document.String && v.Kind != document.Odd:
	case len(at) == 0:
		return v
	case strings.ContainsRune("\"'|>", at[0]) || v.Str != "" && at[0] == []rune(v.Str)[0]:
	default:
		return v
	}
	return nil
}

// FuzzParseYAML: never a panic, every finding has a place in the file, and what
// is read without a finding is what the library reads (R29), where it stands.
func FuzzParseYAML(f *testing.F) {
	for _, src := range []string{"a: 1\n", "a: [b, {c: d}]\n---\nx: |\n  y\n", "- a\n", "a: \"\\x41\"\n", "? a\n: b\n", "a: !t &x *y\n", "%Y 1\n---\n", "a:\n\tb", "1: 2\n<<: {}\n", "a: 'b''c'\nd: e\n  f\n", "...\n---\n...", "a: &x [*x]\n# c\n"} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		docs, fs := document.ParseYAML("f.yaml", src)
		lines := strings.Split(string(src), "\n")
		for _, found := range fs {
			if found.Line < 1 || found.Column < 1 || found.Line > len(lines) || found.Column > len(lines[found.Line-1])+1 {
				t.Fatalf("%q: %v is not in the file", src, found)
			}
		}
		if len(fs) > 0 {
			return
		}
		for i := range docs {
			if bad := misplaced(&docs[i].Root, lines); bad != nil {
				t.Fatalf("%q: %+v stands elsewhere", src, bad)
			}
		}
		dec := yaml.NewDecoder(strings.NewReader(string(src)))
		for i := 0; ; i++ {
			var other any
			err := dec.Decode(&other)
			switch {
			case errors.Is(err, io.EOF):
				if i != len(docs) {
					t.Fatalf("%q: %d documents, the library has %d", src, len(docs), i)
				}
				return
			case err != nil:
				return // it decodes less than we do: "a: 2001-99-99 0" and the like
			case i >= len(docs):
				t.Fatalf("%q: %d documents, the library has more", src, len(docs))
			}
			if d := differs(&docs[i].Root, other); d != "" {
				t.Fatalf("%q: %s", src, d)
			}
		}
	})
}
