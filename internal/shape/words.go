package shape

import (
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/document"
)

func (j *judge) mistyped(n *Node, v *document.Value) {
	j.add("schema/type", "found "+document.Describe(v)+", wanted "+n.wanted(), typeHint(n, v), v.Pos)
}

func (j *judge) misvalued(n *Node, v *document.Value, hint string) {
	j.add("schema/value", "found "+document.Describe(v)+", wanted "+n.wantedOf(v.Kind), hint, v.Pos)
}

var valueKinds = []document.Kind{document.String, document.Int, document.Bool, document.List, document.Map, document.Null}

// wanted is what n allows, in people's words.
func (n *Node) wanted() string {
	if len(n.Alternatives) > 0 && n.String != nil && n.Doc != "" && n.String.Words == n.Doc {
		return phrase(n.Doc) // it speaks of all alternatives
	}
	var parts []string
	for _, kind := range valueKinds {
		if n.Allows(kind) {
			parts = append(parts, n.wantedOf(kind))
		}
	}
	if n.Any {
		return "a value that every reader of YAML reads alike"
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

// lineBreaks writes the characters of a pattern that would break a line.
var lineBreaks = strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`)

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
	case len(t.Patterns) > 0 && t.Words != "":
		return phrase(t.Words)
	case len(t.Patterns) > 0:
		parts := make([]string, len(t.Patterns))
		for i, p := range t.Patterns {
			parts[i] = lineBreaks.Replace(p.String())
		}
		return "a string that matches " + strings.Join(parts, " and ")
	}
	return "a string"
}

func (k *KeyPattern) wanted() string {
	if k.Words != "" {
		return phrase(k.Words)
	}
	return "a key that matches " + k.Pattern.String()
}

// phrase is the first sentence of a comment as the end of another sentence:
// "An instant, such as X. More." becomes "an instant, such as X".
func phrase(comment string) string {
	sentence, _, _ := strings.Cut(comment, ". ")
	sentence = strings.TrimSuffix(sentence, ".")
	first, _, _ := strings.Cut(sentence, " ")
	if lower := strings.ToLower(first); first != "" && lower[1:] == first[1:] { // no abbreviation
		return lower + sentence[len(first):]
	}
	return sentence
}
