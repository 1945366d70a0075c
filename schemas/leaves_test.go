package schemas_test

import (
	"slices"
	"strconv"
	"testing"
)

// anything are the fields below which any text is good.
var anything = []string{"annotations", "parameters", "vars", "run", "counterfactual"}

// No field takes just any string: text that is blank is refused everywhere but
// where a document quotes somebody else's values.
func TestNoFieldTakesAnything(t *testing.T) {
	s := load(t)
	for _, g := range everySample(t) {
		leaves(g.value, nil, func(any) {}, func(path []string, set func(any), v any) {
			if slices.ContainsFunc(path, func(step string) bool { return slices.Contains(anything, step) }) {
				return
			}
			set(" \n")
			if s.judge(g.definition, g.value) == nil {
				t.Errorf("%s: %s takes blank text at %v", g.file, g.definition, path)
			}
			set(v)
		})
	}
}

// leaves visits every scalar in v; set replaces it.
func leaves(v any, path []string, set func(any), visit func(path []string, set func(any), v any)) {
	switch x := v.(type) {
	case map[string]any:
		for key := range x {
			leaves(x[key], append(slices.Clip(path), key), func(v any) { x[key] = v }, visit)
		}
	case []any:
		for i := range x {
			leaves(x[i], append(slices.Clip(path), strconv.Itoa(i)), func(v any) { x[i] = v }, visit)
		}
	default:
		visit(path, set, v)
	}
}
