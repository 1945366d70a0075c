package shape

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

func writeNearest(name string, candidates []string) string {
	if near := finding.Nearest(name, candidates); near != "" {
		return "write " + near
	}
	plain := separators.Replace(name)
	for _, c := range candidates {
		if strings.EqualFold(separators.Replace(c), plain) {
			return "write " + c
		}
	}
	return ""
}

var separators = strings.NewReplacer("_", "", "-", "", " ", "")

// plainDuration is what people write for PT4H or P3D.
var plainDuration = regexp.MustCompile(`^[0-9]+[smhdwSMHDW]$`)

// textHint offers the spelling that t allows and that is nearest to s.
func textHint(t *StringType, s string) string {
	if len(t.Enum) > 0 {
		return writeNearest(s, t.Enum)
	}
	trimmed := strings.TrimSpace(s)
	lower, upper := strings.ToLower(trimmed), strings.ToUpper(trimmed)
	if plainDuration.MatchString(trimmed) {
		for _, try := range []string{"PT" + upper, "P" + upper} {
			if t.allows(try) {
				return "write " + strconv.Quote(try)
			}
		}
	}
	for _, try := range []string{trimmed, lower, strings.NewReplacer(" ", "-", "_", "-").Replace(lower), upper} {
		if try != s && t.allows(try) {
			return "write " + strconv.Quote(try)
		}
	}
	return ""
}

// typeHint says how to write what was probably meant.
func typeHint(n *Node, v *document.Value) string {
	switch {
	case v.Kind == document.Odd:
		return oddHint(n, v)
	case v.Kind == document.Null:
		return "write a value, or remove the field"
	case n.String != nil && v.Kind == document.Int:
		return quoteHint(n.String, strconv.FormatInt(v.Int, 10))
	case n.String != nil && v.Kind == document.Bool:
		return quoteHint(n.String, strconv.FormatBool(v.Bool))
	case n.Int != nil && v.Kind == document.String && isInteger(v.Str),
		n.Bool != nil && v.Kind == document.String && (v.Str == "true" || v.Str == "false"):
		return "write " + v.Str + " without quotes"
	case n.List != nil && n.List.Element.Allows(v.Kind):
		return "write it as a list"
	}
	return ""
}

// quoteHint says to quote a scalar where a string is wanted, unless the string
// would be refused too.
func quoteHint(t *StringType, text string) string {
	if !t.allows(text) {
		return ""
	}
	return "quote it: " + strconv.Quote(text)
}

func isInteger(s string) bool {
	_, err := strconv.ParseInt(s, 10, 54)
	return err == nil
}

// oddHint says how to write an odd scalar so that there is no doubt.
func oddHint(n *Node, v *document.Value) string {
	for _, kind := range []document.Kind{document.Bool, document.Int, document.Null, document.String} {
		if !n.Allows(kind) || n.String != nil && kind == document.String && !n.String.allows(v.Str) {
			continue
		}
		if hint := document.OddHint(v, kind); hint != "" {
			return hint
		}
	}
	return ""
}
