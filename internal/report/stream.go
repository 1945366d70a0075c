package report

import (
	"bytes"
	"encoding/json"
	"io"
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
		s.b = append(s.b, ',')
		s.line()
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

// value writes one value, made in a buffer that may be used again.
func (p *pretty) value(b *bytes.Buffer, value any) error {
	b.Reset()
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return err
	}
	return p.write(bytes.TrimSuffix(b.Bytes(), []byte{'\n'}))
}

// list writes a list of n values, each made by item, which is called from several
// goroutines, in pieces of so many.
func (s *stream) list(name string, n, size int, item func(i int) any) {
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
	tickets := make(chan struct{}, 2*runtime.GOMAXPROCS(0)) // bounds what waits to be written
	go func() {
		for i := range pieces {
			tickets <- struct{}{}
			go func() {
				b, err := s.piece(i*size, min(n, (i+1)*size), item)
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
		<-tickets
	}
	s.shut(']')
}

// piece is the values from one place up to another, with what stands between.
func (s *stream) piece(from, to int, item func(i int) any) ([]byte, error) {
	var whole, buffer bytes.Buffer
	p := pretty{out: &whole, depth: s.depth}
	for i := from; i < to; i++ {
		if i > 0 {
			p.b = append(p.b, ',')
			p.line()
		}
		if err := p.value(&buffer, item(i)); err != nil {
			return nil, err
		}
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
