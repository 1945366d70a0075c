package report

import (
	"bytes"
	"encoding/json"
	"io"
)

// What the shapes of JSON have in common: no list is ever null, null stands for what is
// not there, and no text does anything to a terminal.

// each is never nil, for JSON.
func each[T, U any](things []T, value func(T) U) []U {
	out := make([]U, 0, len(things))
	for _, t := range things {
		out = append(out, value(t))
	}
	return out
}

// texts is never nil, for JSON.
func texts(list []string) []string { return each(list, legible) }

// optional is null for "".
func optional(s string) *string {
	if s == "" {
		return nil
	}
	s = legible(s)
	return &s
}

// encode writes indented JSON in which every character that Display would
// escape is a \u escape: the same value to a parser, harmless on a terminal.
func encode(w io.Writer, value any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return err
	}
	p := pretty{out: w}
	if err := p.write(b.Bytes()); err != nil {
		return err
	}
	return p.flush()
}
