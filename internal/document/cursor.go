package document

import "unicode/utf8"

// cursor translates between places and byte offsets of one text. It remembers
// where it was, so that a walk in reading order costs one pass over the text.
type cursor struct {
	src    []byte
	offset int
	pos    Pos
}

func (c *cursor) rewind() { c.offset, c.pos = 0, Pos{1, 1} }

// step moves over one character.
func (c *cursor) step() {
	if c.src[c.offset] == '\n' {
		c.offset, c.pos = c.offset+1, Pos{c.pos.Line + 1, 1}
		return
	}
	_, n := utf8.DecodeRune(c.src[c.offset:])
	c.offset, c.pos.Column = c.offset+n, c.pos.Column+1
}

// to returns the byte offset of a place; of one behind the end of its line or of
// the text, that end.
func (c *cursor) to(p Pos) int {
	if c.pos.Line == 0 || p.Line < c.pos.Line || p.Line == c.pos.Line && p.Column < c.pos.Column {
		c.rewind()
	}
	for c.offset < len(c.src) && (c.pos.Line < p.Line || c.pos.Line == p.Line && c.pos.Column < p.Column && c.src[c.offset] != '\n') {
		c.step()
	}
	return c.offset
}

// at returns the place of a byte offset.
func (c *cursor) at(offset int) Pos {
	if c.pos.Line == 0 || offset < c.offset {
		c.rewind()
	}
	for c.offset < len(c.src) && c.offset < offset {
		c.step()
	}
	return c.pos
}
