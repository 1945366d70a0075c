package shape

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

func (j *judge) odd(n *Node, v *document.Value) {
	message := "found " + describe(v) + ", which readers of YAML disagree about, wanted " + n.wanted()
	j.add("schema/type", message, oddHint(n, v.Str), v.Pos, j.rule(n))
}

func (j *judge) mistyped(n *Node, v *document.Value) {
	j.add("schema/type", "found "+describe(v)+", wanted "+n.wanted(), typeHint(n, v), v.Pos, j.rule(n))
}

func (j *judge) misvalued(n *Node, v *document.Value, hint string) {
	j.add("schema/value", "found "+describe(v)+", wanted "+n.wantedOf(v.Kind), hint, v.Pos, j.rule(n))
}

// rule is the place and the words of what the schema says of n.
func (j *judge) rule(n *Node) finding.Related {
	return finding.Related{Position: n.Pos, Message: j.owner() + ": " + n.Content()}
}

// owner names the current rule by the nearest definition around it:
// "#Wave.percent", "#Config.spec.policy.levels[string]".
func (j *judge) owner() string {
	first := len(j.rules) - 1
	for first > 0 && j.rules[first].Name == "" {
		first--
	}
	var b strings.Builder
	b.WriteString(j.rules[first].Name)
	for i := first; i < len(j.path); i++ {
		switch s := j.path[i]; {
		case s.Key == "":
			b.WriteString("[...]")
		case j.rules[i].Map != nil && j.rules[i].Map.Field(s.Key) == nil:
			b.WriteString("[string]")
		default:
			b.WriteString("." + s.Key)
		}
	}
	return b.String()
}

// describe is a value as a finding shows it.
func describe(v *document.Value) string {
	switch v.Kind {
	case document.Null:
		return "null"
	case document.Bool:
		return strconv.FormatBool(v.Bool)
	case document.Int:
		return strconv.FormatInt(v.Int, 10)
	case document.List:
		return "a list"
	case document.Map:
		return "a map"
	}
	return strconv.Quote(shorten(v.Str, 80))
}

func shorten(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes]) + "…"
}

var valueKinds = []document.Kind{document.String, document.Int, document.Bool, document.List, document.Map, document.Null}

// wanted is what n allows, in people's words.
func (n *Node) wanted() string {
	var parts []string
	for _, kind := range valueKinds {
		if n.Allows(kind) {
			parts = append(parts, n.wantedOf(kind))
		}
	}
	if n.Any {
		return "a value that all of them read alike"
	}
	return strings.Join(parts, " or ")
}

func (n *Node) wantedOf(kind document.Kind) string {
	switch {
	case n.Any:
	case kind == document.Bool && n.Bool.Const != nil:
		return strconv.FormatBool(*n.Bool.Const)
	case kind == document.Int:
		return n.Int.wanted()
	case kind == document.String:
		return n.String.wanted()
	}
	return [...]string{
		document.Null: "null", document.Bool: "true or false", document.Int: "an integer",
		document.String: "a string", document.List: "a list", document.Map: "a map",
	}[kind]
}

func (t *IntType) wanted() string {
	minimum, maximum := "", ""
	if t.Min != nil {
		minimum = strconv.FormatInt(*t.Min, 10)
	}
	if t.Max != nil {
		maximum = strconv.FormatInt(*t.Max, 10)
	}
	switch {
	case len(t.Enum) == 1:
		return t.text()
	case len(t.Enum) > 1:
		return "one of " + strings.ReplaceAll(t.text(), " | ", ", ")
	case minimum != "" && maximum != "":
		return "an integer from " + minimum + " to " + maximum
	case minimum != "":
		return "an integer of at least " + minimum
	case maximum != "":
		return "an integer of at most " + maximum
	}
	return "an integer"
}

func (t *StringType) wanted() string {
	switch {
	case len(t.Enum) == 1:
		return strconv.Quote(t.Enum[0])
	case len(t.Enum) > 1:
		parts := make([]string, len(t.Enum))
		for i, e := range t.Enum {
			parts[i] = strconv.Quote(e)
		}
		return "one of " + strings.Join(parts, ", ")
	case len(t.Patterns) > 0:
		parts := make([]string, len(t.Patterns))
		for i, p := range t.Patterns {
			parts[i] = p.String()
		}
		return "a string that matches " + strings.Join(parts, " and ")
	}
	return "a string"
}
