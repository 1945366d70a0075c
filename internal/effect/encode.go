package effect

import (
	"crypto/sha256"
	"hash"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/document"
)

// sum is the digest of the effect as a client's sub-effect: of the canonical JSON
// of Value with client and version.
func (e *Effect) sum(client string) Digest {
	files, documents := list(), list()
	for i := range e.Files {
		files.Items = append(files.Items, *e.Files[i].value())
	}
	for i := range e.Documents {
		documents.Items = append(documents.Items, *e.Documents[i].value())
	}
	h := hashed{hash: sha256.New(), sets: map[*Named][]byte{}}
	h.b = canonical.AppendString([]byte(`{"client":`), client)
	h.b = AppendCanonical(append(h.b, `,"documents":`...), documents)
	h.b = AppendCanonical(append(h.b, `,"files":`...), files)
	h.b = append(h.b, `,"grants":[`...)
	for i := range e.Grants {
		if i > 0 {
			h.b = append(h.b, ',')
		}
		h.change(&e.Grants[i])
		h.flush()
	}
	h.b = canonical.AppendString(append(h.b, `],"version":`...), Version)
	h.b = append(h.b, '}')
	h.flush()
	return Digest(h.hash.Sum(nil))
}

// hashed is canonical JSON on its way into a hash. There may be a hundred
// thousand grants, so they are written without a value in between; sets, which
// many share, once.
type hashed struct {
	b    []byte
	hash hash.Hash
	sets map[*Named][]byte
}

func (h *hashed) flush() {
	h.hash.Write(h.b)
	h.b = h.b[:0]
}

func (h *hashed) change(g *GrantChange) {
	comma := byte('{')
	key := func(name string) {
		h.b = canonical.AppendString(append(h.b, comma), name)
		h.b = append(h.b, ':')
		comma = ','
	}
	if g.After != nil {
		key("after")
		h.grant(g.After)
	}
	key("asset")
	h.b = canonical.AppendString(h.b, g.Asset)
	if g.Before != nil {
		key("before")
		h.grant(g.Before)
	}
	key("client")
	h.b = canonical.AppendString(h.b, g.Client)
	key("plan")
	h.b = append(canonical.AppendString(h.b, g.Plan.Name), '}')
}

func (h *hashed) grant(g *Grant) {
	h.b = append(append(h.b, `{"allow":`...), h.set(g.Allow)...)
	h.b = append(append(h.b, `,"deny":`...), h.set(g.Deny)...)
	h.b = appendDigest(append(h.b, `,"terms":`...), g.Terms)
	h.b = canonical.AppendString(append(h.b, `,"until":`...), g.Until)
	h.b = append(appendDigest(append(h.b, `,"what":`...), g.What), '}')
}

func (h *hashed) set(s Set) []byte {
	if len(s) == 0 {
		return []byte("{}")
	}
	if b := h.sets[&s[0]]; b != nil {
		return b
	}
	b := AppendCanonical(nil, s.value())
	h.sets[&s[0]] = b
	return b
}

// Value is the effect in the shape #Effect of the schemas (schemas/change.cue):
// what the change gate judges. What is absent before or after is left out.
func (e *Effect) Value() *document.Value {
	files, documents, grants := list(), list(), list()
	for i := range e.Files {
		files.Items = append(files.Items, *e.Files[i].value())
	}
	for i := range e.Documents {
		documents.Items = append(documents.Items, *e.Documents[i].value())
	}
	sets := encodedSets{}
	grants.Items = make([]document.Value, 0, len(e.Grants))
	for i := range e.Grants {
		grants.Items = append(grants.Items, *e.Grants[i].value(sets))
	}
	return object(field{"files", files}, field{"documents", documents}, field{"grants", grants})
}

// JSON is the canonical JSON of Value.
func (e *Effect) JSON() []byte { return AppendCanonical(nil, e.Value()) }

func (f *FileChange) value() *document.Value {
	return object(field{"path", text(f.Path)}, field{"before", f.Before.value()}, field{"after", f.After.value()})
}

func (s FileState) value() *document.Value {
	if s == (FileState{}) {
		return nil
	}
	return object(field{"mode", text(s.Mode)}, field{"digest", text(s.Digest.String())})
}

func (d *DocumentChange) value() *document.Value {
	return object(field{"kind", text(d.Kind)}, field{"client", optional(d.Client)}, field{"name", text(d.Name)},
		field{"before", d.Before.value()}, field{"after", d.After.value()})
}

func (s DocumentState) value() *document.Value {
	if s == (DocumentState{}) {
		return nil
	}
	return object(field{"path", text(s.Path)}, field{"digest", text(s.Digest.String())})
}

func (g *GrantChange) value(sets encodedSets) *document.Value {
	return object(field{"client", text(g.Client)}, field{"plan", text(g.Plan.Name)}, field{"asset", text(g.Asset)},
		field{"before", g.Before.value(sets)}, field{"after", g.After.value(sets)})
}

func (g *Grant) value(sets encodedSets) *document.Value {
	if g == nil {
		return nil
	}
	return object(field{"what", text(g.What.String())}, field{"terms", text(g.Terms.String())},
		field{"allow", sets.of(g.Allow)}, field{"deny", sets.of(g.Deny)}, field{"until", text(g.Until)})
}

// encodedSets keeps the values of sets, which many grants share.
type encodedSets map[*Named]*document.Value

func (e encodedSets) of(s Set) *document.Value {
	if len(s) == 0 {
		return object()
	}
	if v := e[&s[0]]; v != nil {
		return v
	}
	v := s.value()
	e[&s[0]] = v
	return v
}
