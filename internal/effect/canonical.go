package effect

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/document"
)

// Digest is a SHA-256; the zero value stands for nothing.
type Digest [sha256.Size]byte

// String is "sha256:" and 64 lower-case hex digits.
func (d Digest) String() string { return "sha256:" + hex.EncodeToString(d[:]) }

// IsZero reports whether the digest stands for nothing.
func (d Digest) IsZero() bool { return d == Digest{} }

// DigestOf is the SHA-256 of a value's canonical JSON.
func DigestOf(v *document.Value) Digest {
	return sha256.Sum256(AppendCanonical(nil, v))
}

// AppendCanonical appends the canonical JSON of a value to b: one line of ASCII
// without spaces, keys in the order of their code points, integers in decimal,
// strings with the escapes \" \\ \b \f \n \r \t and, for every other character
// that is not printable ASCII, \u with four lower-case hex digits (two of them
// beyond U+FFFF). Two values have the same canonical JSON if and only if they
// differ in places and in the order of keys alone. A nil value is null.
//
// A scalar that readers disagree about (document.Odd) is the string of U+0000
// and its text, and what was not read (document.Refused) the string of U+0000:
// no document holds that character.
func AppendCanonical(b []byte, v *document.Value) []byte {
	if v == nil {
		return append(b, "null"...)
	}
	switch v.Kind {
	case document.Null:
		return append(b, "null"...)
	case document.Bool:
		return strconv.AppendBool(b, v.Bool)
	case document.Int:
		return strconv.AppendInt(b, v.Int, 10)
	case document.String:
		return canonical.AppendString(b, v.Str)
	case document.List:
		return appendList(b, v.Items)
	case document.Map:
		return appendMap(b, v)
	}
	return canonical.AppendString(b, "\x00"+v.Str)
}

func appendList(b []byte, items []document.Value) []byte {
	b = append(b, '[')
	for i := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendCanonical(b, &items[i])
	}
	return append(b, ']')
}

func appendMap(b []byte, v *document.Value) []byte {
	order := make([]int, len(v.Keys))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return strings.Compare(v.Keys[i].Name, v.Keys[j].Name) })
	b = append(b, '{')
	for n, i := range order {
		if n > 0 {
			b = append(b, ',')
		}
		b = canonical.AppendString(b, v.Keys[i].Name)
		b = append(b, ':')
		b = AppendCanonical(b, &v.Items[i])
	}
	return append(b, '}')
}

// appendDigest appends a digest as a string.
func appendDigest(b []byte, d Digest) []byte {
	return append(hex.AppendEncode(append(b, `"sha256:`...), d[:]), '"')
}

// field is one entry of an object; without a value it is left out.
type field struct {
	name  string
	value *document.Value
}

// object makes a map of the fields that have a value.
func object(fields ...field) *document.Value {
	out := &document.Value{Kind: document.Map, Keys: make([]document.Key, 0, len(fields)), Items: make([]document.Value, 0, len(fields))}
	for _, f := range fields {
		if f.value != nil {
			out.Keys, out.Items = append(out.Keys, document.Key{Name: f.name}), append(out.Items, *f.value)
		}
	}
	return out
}

func text(s string) *document.Value { return &document.Value{Kind: document.String, Str: s} }

// optional is a text, or nothing where it is empty.
func optional(s string) *document.Value {
	if s == "" {
		return nil
	}
	return text(s)
}

func list(items ...*document.Value) *document.Value {
	out := &document.Value{Kind: document.List, Items: make([]document.Value, len(items))}
	for i, item := range items {
		out.Items[i] = *item
	}
	return out
}

// picked is a map's entries of these names; what is absent stays absent.
func picked(v *document.Value, names ...string) *document.Value {
	fields := make([]field, len(names))
	for i, name := range names {
		fields[i] = field{name, v.Get(name)}
	}
	return object(fields...)
}

// without is a map's entries but those of these names.
func without(v *document.Value, names ...string) *document.Value {
	out := object()
	if v == nil {
		return out
	}
	for i, key := range v.Keys {
		if !slices.Contains(names, key.Name) {
			out.Keys, out.Items = append(out.Keys, key), append(out.Items, v.Items[i])
		}
	}
	return out
}
