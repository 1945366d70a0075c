// Package canonical is the one form of JSON that digests and signatures are made
// of: one line of ASCII without spaces, keys in the order of their code points,
// integers in decimal and no other numbers, strings with the escapes \" \\ \b \f
// \n \r \t and, for every other character that is not printable ASCII, \u with
// four lower-case hex digits (two of them beyond U+FFFF). It is the output of
// Python's json.dumps(value, sort_keys=True, separators=(",", ":")).
//
// It knows nothing of what the values mean.
package canonical

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// ErrForm says that bytes are no canonical JSON.
var ErrForm = errors.New("not canonical JSON")

// Marshal is the canonical JSON of what encoding/json makes of v.
func Marshal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	generic, err := generic(b)
	if err != nil {
		return nil, err
	}
	return Append(nil, generic)
}

// Unmarshal reads canonical JSON into v. Bytes in any other form, a duplicate or
// unknown key, or one that differs in case from the field's, are errors.
func Unmarshal(b []byte, v any) error {
	want, err := generic(b)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrForm, err)
	}
	again, err := Append(nil, want)
	if err != nil || !bytes.Equal(again, b) {
		return fmt.Errorf("%w: the bytes are not those of the value", ErrForm)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: %w", ErrForm, err)
	}
	// What v holds must be what was read: no key matched in another case, no
	// null that passes for nothing.
	if back, err := Marshal(v); err != nil || !bytes.Equal(back, b) {
		return fmt.Errorf("%w: some key is not read, or says nothing", ErrForm)
	}
	return nil
}

// Digest is "sha256:" and the hex of the SHA-256 of b.
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func generic(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the value")
	}
	return v, nil
}

// Append appends the canonical JSON of nil, booleans, strings, integers, lists
// ([]any) and maps (map[string]any).
func Append(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case string:
		return AppendString(b, v), nil
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case json.Number:
		n, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%w: %q, wanted an integer", ErrForm, string(v))
		}
		return strconv.AppendInt(b, n, 10), nil
	case []any:
		return appendList(b, v)
	case map[string]any:
		return appendMap(b, v)
	}
	return nil, fmt.Errorf("%w: a %T", ErrForm, v)
}

func appendList(b []byte, items []any) ([]byte, error) {
	b = append(b, '[')
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = Append(b, item); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendMap(b []byte, m map[string]any) ([]byte, error) {
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(AppendString(b, key), ':')
		var err error
		if b, err = Append(b, m[key]); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}
