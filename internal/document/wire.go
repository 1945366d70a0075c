package document

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// wireVersion begins every encoding; another one is refused.
const wireVersion = 1

// EncodeDocuments writes documents compactly, for DecodeDocuments in another
// process of the same program.
func EncodeDocuments(docs []Document) []byte {
	b := []byte{wireVersion}
	b = binary.AppendUvarint(b, uint64(len(docs)))
	for i := range docs {
		d := &docs[i]
		b = appendText(b, d.File)
		b = binary.AppendUvarint(b, uint64(d.Index))
		b = append(b, flag(d.Broken))
		b = appendValue(b, &d.Root)
	}
	return b
}

func flag(on bool) byte {
	if on {
		return 1
	}
	return 0
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendPos(b []byte, p Pos) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(uint32(p.Line))), uint64(uint32(p.Column)))
}

func appendValue(b []byte, v *Value) []byte {
	b = appendPos(append(b, byte(v.Kind)), v.Pos)
	switch v.Kind {
	case Bool:
		return append(b, flag(v.Bool))
	case Int:
		return binary.AppendVarint(b, v.Int)
	case String, Odd:
		return appendText(b, v.Str)
	case List, Map:
		b = binary.AppendUvarint(b, uint64(len(v.Items)))
		for i := range v.Items {
			if v.Kind == Map {
				b = appendPos(appendText(b, v.Keys[i].Name), v.Keys[i].Pos)
			}
			b = appendValue(b, &v.Items[i])
		}
	}
	return b
}

// DecodeDocuments reads what EncodeDocuments wrote. It trusts nothing: bytes
// that are cut, longer or changed give an error or other documents that still
// keep every promise of Value.
func DecodeDocuments(b []byte) ([]Document, error) {
	w := wire{rest: b}
	if v := w.byte(); w.err == nil && v != wireVersion {
		return nil, fmt.Errorf("documents in encoding %d, want %d", v, wireVersion)
	}
	var docs []Document
	for n := w.count(); n > 0 && w.err == nil; n-- {
		d := Document{File: w.text(), Index: int(w.number() & (1<<31 - 1)), Broken: w.byte() == 1}
		d.Root = w.value(1)
		d.ID = identity(&d.Root)
		docs = append(docs, d)
	}
	if w.err == nil && len(w.rest) > 0 {
		w.err = fmt.Errorf("%d bytes behind the documents", len(w.rest))
	}
	if w.err != nil {
		return nil, w.err
	}
	return docs, nil
}

var (
	errShort = errors.New("documents end too early")
	errWire  = errors.New("documents are damaged")
)

// wire reads an encoding; after an error everything it returns is zero.
type wire struct {
	rest []byte
	err  error
}

func (w *wire) fail(err error) {
	if w.err == nil {
		w.err = err
	}
	w.rest = nil
}

func (w *wire) byte() byte {
	if len(w.rest) == 0 {
		w.fail(errShort)
		return 0
	}
	c := w.rest[0]
	w.rest = w.rest[1:]
	return c
}

func (w *wire) number() uint64 {
	n, size := binary.Uvarint(w.rest)
	if size <= 0 {
		w.fail(errShort)
		return 0
	}
	w.rest = w.rest[size:]
	return n
}

// count reads how many elements follow; each takes at least one byte.
func (w *wire) count() int {
	n := w.number()
	if n > uint64(len(w.rest)) {
		w.fail(errShort)
		return 0
	}
	return int(n)
}

func (w *wire) text() string {
	n := w.count()
	s := string(w.rest[:n])
	w.rest = w.rest[n:]
	if !utf8.ValidString(s) {
		w.fail(errWire)
		return ""
	}
	return s
}

func (w *wire) pos() Pos { return Pos{int32(w.number()), int32(w.number())} }

func (w *wire) value(depth int) Value {
	v := Value{Kind: Kind(w.byte()), Pos: w.pos()}
	switch v.Kind {
	case Refused, Null:
	case Bool:
		v.Bool = w.byte() == 1
	case Int:
		n, size := binary.Varint(w.rest)
		if size <= 0 || n > maxInt || n < -maxInt {
			w.fail(errWire)
			return Value{}
		}
		v.Int, w.rest = n, w.rest[size:]
	case String, Odd:
		v.Str = w.text()
	case List, Map:
		if depth > MaxDepth {
			w.fail(errWire)
			return Value{}
		}
		w.elements(&v, depth)
	default:
		w.fail(errWire)
	}
	if w.err != nil {
		return Value{}
	}
	return v
}

func (w *wire) elements(v *Value, depth int) {
	seen := keySet{keys: &v.Keys}
	for n := w.count(); n > 0 && w.err == nil; n-- {
		if v.Kind == Map {
			key := Key{Name: w.text(), Pos: w.pos()}
			if _, dup := seen.add(key); dup || key.Name == "" {
				w.fail(errWire)
				return
			}
			v.Keys = append(v.Keys, key)
		}
		v.Items = append(v.Items, w.value(depth+1))
	}
}
