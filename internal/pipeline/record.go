package pipeline

import (
	"time"

	"github.com/patchops/patchops/internal/document"
)

// record is a map under construction, in the order of its fields.
type record struct {
	keys  []document.Key
	items []document.Value
}

// fields is a record with room for so many fields.
func fields(n int) record {
	return record{make([]document.Key, 0, n), make([]document.Value, 0, n)}
}

func (r *record) value() document.Value {
	return document.Value{Kind: document.Map, Keys: r.keys, Items: r.items}
}

func (r *record) set(name string, v document.Value) {
	r.keys, r.items = append(r.keys, document.Key{Name: name}), append(r.items, v)
}

// text leaves out what is empty.
func (r *record) text(name, text string) {
	if text != "" {
		r.set(name, document.Value{Kind: document.String, Str: text})
	}
}

func (r *record) number(name string, n int64) {
	r.set(name, document.Value{Kind: document.Int, Int: n})
}

// instant leaves out 0, which is none.
func (r *record) instant(name string, at int64) {
	if at != 0 {
		r.text(name, time.Unix(at, 0).UTC().Format(time.RFC3339))
	}
}

func textValue(text *string) document.Value {
	return document.Value{Kind: document.String, Str: *text}
}

func list[T any](items []T, value func(*T) document.Value) document.Value {
	out := document.Value{Kind: document.List, Items: make([]document.Value, len(items))}
	for i := range items {
		out.Items[i] = value(&items[i])
	}
	return out
}
