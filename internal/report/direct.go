package report

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// direct prints values of a type straight away; nil leaves them to encoding/json,
// whose text pretty reads once more. Long lists are of plain structs, which need no
// more than this. A test compares the two ways.
type direct func(p *pretty, b *bytes.Buffer, v reflect.Value) error

var directs = struct {
	mu    sync.Mutex // for who makes one
	known sync.Map   // of a reflect.Type, the direct
}{}

func directOf(t reflect.Type) direct {
	if known, ok := directs.known.Load(t); ok {
		return known.(direct)
	}
	directs.mu.Lock()
	defer directs.mu.Unlock()
	made := newDirect(t, map[reflect.Type]bool{})
	directs.known.Store(t, made)
	return made
}

// newDirect makes it; a type that is inside itself has none.
func newDirect(t reflect.Type, inside map[reflect.Type]bool) direct {
	if inside[t] || ownWay(t) {
		return nil
	}
	inside[t] = true
	defer delete(inside, t)
	switch t.Kind() {
	case reflect.String:
		return func(p *pretty, b *bytes.Buffer, v reflect.Value) error { return p.string(b, v.String()) }
	case reflect.Bool:
		return func(p *pretty, _ *bytes.Buffer, v reflect.Value) error {
			p.b = strconv.AppendBool(p.b, v.Bool())
			return nil
		}
	case reflect.Int, reflect.Int64:
		return func(p *pretty, _ *bytes.Buffer, v reflect.Value) error {
			p.b = strconv.AppendInt(p.b, v.Int(), 10)
			return nil
		}
	case reflect.Pointer, reflect.Slice:
		return several(t.Kind(), newDirect(t.Elem(), inside))
	case reflect.Struct:
		return members(t, inside)
	}
	return nil
}

// ownWay reports whether encoding/json knows more of a type than its kind.
func ownWay(t reflect.Type) bool {
	for _, m := range []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()} {
		if t.Implements(m) || reflect.PointerTo(t).Implements(m) {
			return true
		}
	}
	return t == reflect.TypeFor[json.Number]()
}

// several prints what a pointer points to, or a list.
func several(kind reflect.Kind, elem direct) direct {
	if elem == nil {
		return nil
	}
	return func(p *pretty, b *bytes.Buffer, v reflect.Value) error {
		switch {
		case v.IsNil():
			p.b = append(p.b, "null"...)
			return nil
		case kind == reflect.Pointer:
			return elem(p, b, v.Elem())
		case v.Len() == 0:
			p.b = append(p.b, "[]"...)
			return nil
		}
		p.open('[')
		for i := range v.Len() {
			if i > 0 {
				p.next()
			}
			if err := elem(p, b, v.Index(i)); err != nil {
				return err
			}
		}
		p.shut(']')
		return nil
	}
}

// members prints structs whose fields all have plain names: no options, nothing
// embedded, named twice or left out.
func members(t reflect.Type, inside map[reflect.Type]bool) direct {
	type member struct {
		start string // name, colon and blank
		print direct
	}
	var all []member
	names := map[string]bool{}
	for f := range t.Fields() {
		name, print := f.Tag.Get("json"), newDirect(f.Type, inside)
		odd := name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != ""
		if print == nil || odd || names[name] || f.Anonymous || !f.IsExported() {
			return nil
		}
		names[name] = true
		all = append(all, member{`"` + name + `": `, print})
	}
	if len(all) == 0 {
		return nil
	}
	return func(p *pretty, b *bytes.Buffer, v reflect.Value) error {
		p.open('{')
		for i := range all {
			if i > 0 {
				p.next()
			}
			p.b = append(p.b, all[i].start...)
			if err := all[i].print(p, b, v.Field(i)); err != nil {
				return err
			}
		}
		p.shut('}')
		return nil
	}
}

// next goes on to the next value of a list or object.
func (p *pretty) next() {
	p.b = append(p.b, ',')
	p.line()
}

// string prints text: what needs escaping, as encoding/json does it.
func (p *pretty) string(b *bytes.Buffer, s string) error {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return p.encoded(b, s)
		}
	}
	p.b = append(append(append(p.b, '"'), s...), '"')
	return nil
}
