package cache

import (
	"encoding/binary"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
)

// reader reads what writer wrote. It never panics: bad is set at the first
// thing that cannot be, and everything after reads as empty.
type reader struct {
	b     []byte
	bad   bool
	texts []string
	deps  []corpus.Dependency
}

func (r *reader) number() int {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > 1<<40 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return int(n)
}

// count is a number of things that take at least one byte each.
func (r *reader) count() int {
	n := r.number()
	if n > len(r.b) {
		r.fail()
		return 0
	}
	return n
}

func (r *reader) fail() { r.bad, r.b = true, nil }

func (r *reader) bytes(n int) []byte {
	if n > len(r.b) {
		r.fail()
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) flag() bool {
	b := r.bytes(1)
	return len(b) == 1 && b[0] == 1
}

func (r *reader) text() string {
	if i := r.number(); i < len(r.texts) {
		return r.texts[i]
	}
	r.fail()
	return ""
}

func (r *reader) digest() (d corpus.Digest) {
	copy(d[:], r.bytes(len(d)))
	return d
}

func (r *reader) kept() pipeline.Kept {
	r.texts = make([]string, r.count())
	for i := range r.texts {
		r.texts[i] = string(r.bytes(r.number()))
	}
	r.deps = make([]corpus.Dependency, r.count())
	for i := range r.deps {
		d := &r.deps[i]
		if b := r.bytes(1); len(b) == 1 {
			d.Reading = corpus.Reading(b[0])
		}
		d.Kind, d.Client, d.Name = r.text(), r.text(), r.text()
	}
	n := r.count()
	kept := make(pipeline.Kept, n)
	for range n {
		path := r.text()
		f := &pipeline.FileVerdict{Digest: r.digest(), Findings: r.findings()}
		f.Documents = make([]*pipeline.Head, r.count())
		for i := range f.Documents {
			f.Documents[i] = r.head()
		}
		kept[path] = f
	}
	return kept
}

func (r *reader) head() *pipeline.Head {
	h := &pipeline.Head{ID: r.identity(), Name: r.position(), Broken: r.flag(), Ignored: r.flag(), Bulk: r.text(), Waives: r.flag(), Findings: r.findings()}
	if !r.flag() {
		return h
	}
	v := &pipeline.Verdict{Findings: r.findings(), Evaluated: r.number()}
	v.Read = make([]corpus.Dependency, r.count())
	for i := range v.Read {
		if at := r.number(); at < len(r.deps) {
			v.Read[i] = r.deps[at]
		} else {
			r.fail()
		}
	}
	v.Held = r.digest()
	h.Verdict = v
	return h
}

func (r *reader) identity() finding.Identity {
	return finding.Identity{Kind: r.text(), Client: r.text(), Name: r.text()}
}

func (r *reader) position() finding.Position {
	return finding.Position{File: r.text(), Line: r.number(), Column: r.number()}
}

// leastFinding is how many bytes a finding takes at least: its texts, place and
// document, and the number of its related places.
const leastFinding = 13

func (r *reader) findings() []finding.Finding {
	n := r.count()
	if n == 0 {
		return nil
	}
	if n > len(r.b)/leastFinding {
		r.fail()
		return nil
	}
	out := make([]finding.Finding, n)
	for i := range out {
		f := &out[i]
		f.ID, f.Severity, f.Message = r.text(), finding.Severity(r.text()), r.text()
		f.Hint, f.Path, f.WaivedBy = r.text(), r.text(), r.text()
		f.Position, f.Document = r.position(), r.identity()
		for range r.count() {
			f.Related = append(f.Related, finding.Related{Position: r.position(), Message: r.text()})
		}
	}
	return out
}
