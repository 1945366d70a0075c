package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/document"
)

// Parameter is a value of a rule that Config may set and a Client tighten.
type Parameter struct {
	Name    string
	Type    string          // integer, duration, string, boolean, strings
	Default *document.Value // without positions
	// Tighter is what a client may do to it: "higher" (more, longer, true, a
	// superset), "lower", or "" for nothing.
	Tighter string
}

var parameterTypes = []string{"integer", "duration", "string", "boolean", "strings"}

func (h *header) parameters(v any) []Parameter {
	if v == nil {
		return nil
	}
	table, ok := v.(map[string]any)
	if !ok {
		h.report("parameters", "parameters are no map from name to {type, default}", "")
		return nil
	}
	var list []Parameter
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if p, ok := h.parameter(name, table[name]); ok {
			list = append(list, p)
		}
	}
	return list
}

func (h *header) parameter(name string, v any) (Parameter, bool) {
	fields, _ := v.(map[string]any)
	p := Parameter{Name: name}
	p.Type, _ = fields["type"].(string)
	p.Tighter, _ = fields["tighter"].(string)
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if want := []string{"type", "default", "tighter"}; !slices.Contains(want, key) {
			h.report(name, fmt.Sprintf("unknown key %q of parameter %q", key, name), nearestHint(key, want))
		}
	}
	if !slices.Contains(parameterTypes, p.Type) {
		h.report(name, fmt.Sprintf("type %q of parameter %q, want one of %s", p.Type, name, strings.Join(parameterTypes, ", ")), nearestHint(p.Type, parameterTypes))
		return p, false
	}
	if want := []string{"higher", "lower"}; fields["tighter"] != nil && (!slices.Contains(want, p.Tighter) || p.Type == "string") {
		h.report(name, fmt.Sprintf("tighter %q of a parameter of type %s, want higher or lower, and no string", p.Tighter, p.Type), nearestHint(p.Tighter, want))
	}
	p.Default = plainValue(fields["default"])
	if p.Default == nil || wrongType(p, p.Default) {
		h.report(name, fmt.Sprintf("default %v of parameter %q is no %s", fields["default"], name, p.Type), "")
		return p, false
	}
	return p, true
}

// plainValue is a value of the metadata as a document's value.
func plainValue(v any) *document.Value {
	switch v := v.(type) {
	case bool:
		return &document.Value{Kind: document.Bool, Bool: v}
	case int:
		return &document.Value{Kind: document.Int, Int: int64(v)}
	case string:
		return &document.Value{Kind: document.String, Str: v}
	case []any:
		list := &document.Value{Kind: document.List}
		for _, item := range v {
			plain := plainValue(item)
			if plain == nil {
				return nil
			}
			list.Items = append(list.Items, *plain)
		}
		return list
	}
	return nil
}

func wrongType(p Parameter, v *document.Value) bool {
	switch p.Type {
	case "integer":
		return v.Kind != document.Int
	case "boolean":
		return v.Kind != document.Bool
	case "strings":
		return v.Kind != document.List || slices.ContainsFunc(v.Items, func(i document.Value) bool { return i.Kind != document.String })
	}
	return v.Kind != document.String
}

// looser reports whether a client's value asks for less than the base does. An
// unreadable duration is looser than everything.
func (f Functions) looser(p Parameter, base, client *document.Value) bool {
	if p.Type == "strings" {
		less, more := client, base
		if p.Tighter == "higher" {
			less, more = base, client
		}
		return p.Tighter == "" && !sameTexts(base, client) || !subset(less, more)
	}
	order, err := f.compare(p, base, client)
	if err != nil {
		return true
	}
	return order != 0 && (p.Tighter == "" || order < 0 != (p.Tighter == "higher"))
}

// compare orders two values of a parameter; false is before true.
func (f Functions) compare(p Parameter, a, b *document.Value) (int, error) {
	switch p.Type {
	case "integer":
		return cmp.Compare(a.Int, b.Int), nil
	case "boolean":
		return cmp.Compare(boolInt(a.Bool), boolInt(b.Bool)), nil
	case "duration":
		x, err := f.Seconds(a.Str)
		if err != nil {
			return 0, err
		}
		y, err := f.Seconds(b.Str)
		return cmp.Compare(x, y), err
	}
	return cmp.Compare(a.Str, b.Str), nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func subset(less, more *document.Value) bool {
	for _, item := range less.Items {
		if !slices.ContainsFunc(more.Items, func(m document.Value) bool { return m.Str == item.Str }) {
			return false
		}
	}
	return true
}

func sameTexts(a, b *document.Value) bool { return subset(a, b) && subset(b, a) }

// effective is the value in force: the default, then what Config says, then
// what the client says if that is tighter. Values of a wrong type do not count:
// CheckParameters reports them.
func (f Functions) effective(p Parameter, config, client *document.Value) *document.Value {
	value := p.Default
	if v := config.Get(p.Name); v != nil && !wrongType(p, v) {
		value = v
	}
	if v := client.Get(p.Name); v != nil && !wrongType(p, v) && !f.looser(p, value, v) {
		value = v
	}
	return value
}

// parameterTerm is data.parameters[rule].
func (e *Engine) parameterTerm(r *Rule, data Data) ast.Value {
	config, client := data.Parameters(r.ID)
	fields := ast.NewObjectWithCapacity(len(r.Parameters))
	for _, p := range r.Parameters {
		fields.Insert(ast.InternedTerm(p.Name), toTerm(e.functions.effective(p, config, client)))
	}
	return fields
}
