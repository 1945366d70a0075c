package report

import (
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// pretty writes compact JSON indented by two blanks, in pieces, and in strings
// every character that Display would escape as a \u escape.
type pretty struct {
	out   io.Writer
	b     []byte
	depth int
}

// piece is how much is gathered before it is written.
const piece = 1 << 16

func (p *pretty) write(src []byte) error {
	for i := 0; i < len(src); {
		switch c := src[i]; c {
		case '"':
			n := endOfString(src[i:])
			p.text(src[i : i+n])
			i += n
			continue
		case '{', '[':
			p.b = append(p.b, c)
			if src[i+1] == c+2 { // the closing one
				p.b = append(p.b, c+2)
				i += 2
				continue
			}
			p.depth++
			p.line()
		case '}', ']':
			p.depth--
			p.line()
			p.b = append(p.b, c)
		case ',':
			p.b = append(p.b, ',')
			p.line()
		case ':':
			p.b = append(p.b, ':', ' ')
		default:
			p.b = append(p.b, c)
		}
		if i++; len(p.b) >= piece {
			if err := p.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *pretty) flush() error {
	_, err := p.out.Write(p.b)
	p.b = p.b[:0]
	return err
}

const blanks = "                                                                "

// begins is how a line begins that is no deeper than most.
const begins = "\n" + blanks

// line begins a line at the present depth.
func (p *pretty) line() {
	n := 2 * p.depth
	p.b = append(p.b, begins[:min(n+1, len(begins))]...)
	for n -= len(blanks); n > 0; n -= len(blanks) {
		p.b = append(p.b, blanks[:min(n, len(blanks))]...)
	}
}

// endOfString is the length of the string that src begins with, quotes included.
func endOfString(src []byte) int {
	for i := 1; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(src)
}

// text appends a string. What the encoder wrote below U+0080 is printable, but
// for U+007F.
func (p *pretty) text(src []byte) {
	from := 0
	for i := 0; i < len(src); {
		if src[i] < 0x7F {
			i++
			continue
		}
		r, n := utf8.DecodeRune(src[i:])
		if !visible(r) {
			p.b = append(append(p.b, src[from:i]...), escaped(r)...)
			from = i + n
		}
		i += n
	}
	p.b = append(p.b, src[from:]...)
}

func escaped(r rune) string {
	if r > 0xFFFF {
		hi, lo := utf16.EncodeRune(r)
		return fmt.Sprintf(`\u%04x\u%04x`, hi, lo)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
