package shape

// AllJSONSchema prints one schema for documents of every kind, for files that
// hold several: the kind chooses, so that an editor shows only that kind's
// mistakes and completions. Equal sets give equal bytes.
func AllJSONSchema(set *Set) ([]byte, error) {
	p := printer{definitions: map[string]any{}}
	names := set.KindNames()
	var cases []any
	for _, kind := range names {
		// A kind's own name may be that of a definition it uses: keep them apart.
		key := "kind." + kind
		schema := p.content(set.Kinds[kind])
		describeSchema(schema, set.Kinds[kind].Doc)
		p.definitions[key] = schema
		cases = append(cases, map[string]any{
			"if":   map[string]any{"properties": map[string]any{"kind": map[string]any{"const": kind}}, "required": []string{"kind"}},
			"then": map[string]any{"$ref": "#/definitions/" + key},
		})
	}
	return encodeSchema(map[string]any{
		"$schema": Draft, "title": "patchops document", "type": "object",
		"properties":  map[string]any{"kind": map[string]any{"enum": names}},
		"required":    []string{"apiVersion", "kind"},
		"allOf":       cases,
		"definitions": p.definitions,
	})
}
