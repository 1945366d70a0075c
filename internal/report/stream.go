package report

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"runtime"
)

// stream writes one large JSON object field by field, its long lists piece by
// piece, so that no more than some pieces of it are in memory.
type stream struct {
	pretty
	fields int
	err    error
}

func newStream(out io.Writer) *stream {
	s := &stream{pretty: pretty{out: out}}
	s.open('{')
	return s
}

func (p *pretty) open(c byte) {
	p.b = append(p.b, c)
	p.depth++
	p.line()
}

func (p *pretty) shut(c byte) {
	p.depth--
	p.line()
	p.b = append(p.b, c)
}

func (s *stream) key(name string) {
	if s.fields++; s.fields > 1 {
		s.next()
	}
	s.b = append(append(append(s.b, '"'), name...), `": `...)
}

func (s *stream) field(name string, value any) {
	s.key(name)
	s.keep(s.value(&bytes.Buffer{}, value))
}

func (s *stream) keep(err error) {
	if s.err == nil {
		s.err = err
	}
}

// value writes one value; the buffer is for what encoding/json has to make of it, and
// may be used again.
func (p *pretty) value(b *bytes.Buffer, value any) error {
	v := reflect.ValueOf(value)
	if v.IsValid() {
		if print := directOf(v.Type()); print != nil {
			return print(p, b, v)
		}
	}
	return p.encoded(b, value)
}

// encoded writes what encoding/json makes of a value.
func (p *pretty) encoded(b *bytes.Buffer, value any) error {
	b.Reset()
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return err
	}
	return p.write(bytes.TrimSuffix(b.Bytes(), []byte{'\n'}))
}

// item makes a value of a list, which is printed before the next is made.
type item func(i int) any

// alone is for lists whose values need nothing of their neighbours.
func alone(one item) func() item { return func() item { return one } }

// list writes a list of n values in pieces of so many, several at once; items is called for
// each piece, and what it returns for the values of that piece.
func (s *stream) list(name string, n, size int, items func() item) {
	s.key(name)
	if n == 0 {
		s.b = append(s.b, "[]"...)
		return
	}
	s.open('[')
	s.keep(s.flush())
	pieces := (n + size - 1) / size
	done := make([]chan []byte, pieces)
	for i := range done {
		done[i] = make(chan []byte, 1)
	}
	errs := make(chan error, pieces)
	buffers := make(chan []byte, 2*runtime.GOMAXPROCS(0)) // bounds what waits to be written
	for range cap(buffers) {
		buffers <- nil
	}
	go func() {
		for i := range pieces {
			buffer := <-buffers
			go func() {
				b, err := s.piece(buffer[:0], i*size, min(n, (i+1)*size), items())
				errs <- err
				done[i] <- b
			}()
		}
	}()
	for i := range pieces {
		b := <-done[i]
		s.keep(<-errs)
		if s.err == nil {
			_, err := s.out.Write(b)
			s.keep(err)
		}
		if cap(b) > largestKept {
			b = nil
		}
		buffers <- b
	}
	s.shut(']')
}

// largestKept is how large a buffer is used again at most: a plan may have thousands of assets.
const largestKept = 4 << 20

// piece is the values from one place up to another, with what stands between, in a
// buffer that it may use.
func (s *stream) piece(b []byte, from, to int, value item) ([]byte, error) {
	var whole, buffer bytes.Buffer
	p := pretty{out: &whole, b: b, depth: s.depth}
	for i := from; i < to; i++ {
		if i > 0 {
			p.next()
		}
		if err := p.value(&buffer, value(i)); err != nil {
			return nil, err
		}
	}
	if whole.Len() == 0 { // all of it was printed straight away
		return p.b, nil
	}
	err := p.flush()
	return whole.Bytes(), err
}

// end ends the object and says whether anything went wrong.
func (s *stream) end() error {
	s.shut('}')
	s.b = append(s.b, '\n')
	s.keep(s.flush())
	return s.err
}
