package document

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// cursor translates between places and byte offsets of one text. It keeps where
// each line begins and where it was in its line, so that looking things up in
// reading order costs one pass over the text however long its lines are.
type cursor struct {
	src    []byte
	lines  []int
	offset int
	pos    Pos
}

// line moves to the beginning of a line, from 1; behind the last line to the end
// of the text.
func (c *cursor) line(n int32) {
	if c.lines == nil {
		c.lines = make([]int, 1, 64)
		for i, b := range c.src {
			if b == '\n' {
				c.lines = append(c.lines, i+1)
			}
		}
	}
	last := int32(len(c.lines))
	c.pos = Pos{max(1, min(n, last)), 1}
	c.offset = c.lines[c.pos.Line-1]
	for n > last && c.step() {
	}
}

// step moves over one character of the line; false at its end.
func (c *cursor) step() bool {
	if c.offset >= len(c.src) || c.src[c.offset] == '\n' {
		return false
	}
	_, n := utf8.DecodeRune(c.src[c.offset:])
	c.offset, c.pos.Column = c.offset+n, c.pos.Column+1
	return true
}

// to returns the byte offset of a place; of one behind the end of its line or of
// the text, that end.
func (c *cursor) to(p Pos) int {
	if p.Line != c.pos.Line || p.Column < c.pos.Column {
		c.line(p.Line)
	}
	for c.pos.Line == p.Line && c.pos.Column < p.Column && c.step() {
	}
	return c.offset
}

// at returns the place of a byte offset.
func (c *cursor) at(offset int) Pos {
	if c.lines == nil {
		c.line(1)
	}
	i, exact := slices.BinarySearch(c.lines, offset)
	if !exact {
		i--
	}
	if n := int32(i) + 1; n != c.pos.Line || offset < c.offset {
		c.line(n)
	}
	for c.offset < offset && c.step() {
	}
	return c.pos
}

// text returns a line without its break.
func (c *cursor) text(n int32) []byte {
	rest := c.src[c.to(Pos{n, 1}):]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	return bytes.TrimSuffix(rest, []byte{'\r'})
}
