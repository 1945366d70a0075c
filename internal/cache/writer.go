package cache

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
)

type writer struct {
	b     []byte
	texts []string
	index map[string]uint64
	reads map[corpus.Dependency]uint64
	deps  []corpus.Dependency
}

// table appends the string table and the table of dependencies to out.
func (w *writer) table(out []byte) []byte {
	// Dependencies name texts, so they are written before the table is closed.
	body := w.b
	w.b = nil
	w.number(len(w.deps))
	for _, d := range w.deps {
		w.b = append(w.b, byte(d.Reading))
		w.text(d.Kind)
		w.text(d.Client)
		w.text(d.Name)
	}
	deps := w.b
	w.b = body
	out = binary.AppendUvarint(out, uint64(len(w.texts)))
	for _, t := range w.texts {
		out = binary.AppendUvarint(out, uint64(len(t)))
		out = append(out, t...)
	}
	return append(out, deps...)
}

func (w *writer) number(n int) { w.b = binary.AppendUvarint(w.b, uint64(max(n, 0))) }

func (w *writer) flag(v bool) {
	if v {
		w.b = append(w.b, 1)
	} else {
		w.b = append(w.b, 0)
	}
}

func (w *writer) text(s string) {
	i, known := w.index[s]
	if !known {
		i = uint64(len(w.texts))
		w.index[s] = i
		w.texts = append(w.texts, s)
	}
	w.b = binary.AppendUvarint(w.b, i)
}

func (w *writer) files(kept pipeline.Kept) []byte {
	w.reads = map[corpus.Dependency]uint64{}
	w.number(len(kept))
	for _, path := range slices.Sorted(maps.Keys(kept)) {
		f := kept[path]
		w.text(path)
		w.b = append(w.b, f.Digest[:]...)
		w.findings(f.Findings)
		w.number(len(f.Documents))
		for _, h := range f.Documents {
			w.head(h)
		}
	}
	return w.b
}

func (w *writer) head(h *pipeline.Head) {
	w.identity(h.ID)
	w.position(h.Name)
	w.flag(h.Broken)
	w.flag(h.Ignored)
	w.text(h.Bulk)
	w.flag(h.Waives)
	w.findings(h.Findings)
	w.flag(h.Verdict != nil)
	if v := h.Verdict; v != nil {
		w.findings(v.Findings)
		w.number(v.Evaluated)
		w.number(len(v.Read))
		for _, d := range v.Read {
			w.dependency(d)
		}
		w.b = append(w.b, v.Held[:]...)
	}
}

func (w *writer) dependency(d corpus.Dependency) {
	i, known := w.reads[d]
	if !known {
		i = uint64(len(w.deps))
		w.reads[d] = i
		w.deps = append(w.deps, d)
	}
	w.b = binary.AppendUvarint(w.b, i)
}

func (w *writer) identity(id finding.Identity) {
	w.text(id.Kind)
	w.text(id.Client)
	w.text(id.Name)
}

func (w *writer) position(p finding.Position) {
	w.text(p.File)
	w.number(p.Line)
	w.number(p.Column)
}

func (w *writer) findings(found []finding.Finding) {
	w.number(len(found))
	for i := range found {
		f := &found[i]
		for _, s := range []string{f.ID, string(f.Severity), f.Message, f.Hint, f.Path, f.WaivedBy} {
			w.text(s)
		}
		w.position(f.Position)
		w.identity(f.Document)
		w.number(len(f.Related))
		for _, r := range f.Related {
			w.position(r.Position)
			w.text(r.Message)
		}
	}
}
