package pipeline

import (
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// file is one loaded document file of this run.
type file struct {
	source Source
	FileVerdict
	documents []document.Document // of this run; nil when the verdict was kept, then parsed on demand
	once      sync.Once
}

// load parses and judges by schema every document file that nothing is kept of.
func (e *Engine) load(t *Tree, kept Kept, child Child) ([]*file, error) {
	files := make([]*file, len(t.Documents))
	err := parallel(len(files), 16, func(i int) error {
		s := t.Documents[i]
		files[i] = &file{source: s, FileVerdict: FileVerdict{Digest: s.Digest}}
		switch old := kept[s.Path]; {
		case old != nil && old.Digest == s.Digest:
			files[i].FileVerdict = *old
		case path.Ext(s.Path) != ".cue":
			docs, found := document.ParseYAML(s.Path, s.Bytes)
			e.enter(files[i], docs, found)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return files, e.loadCUE(files, kept, child)
}

func (e *Engine) loadCUE(files []*file, kept Kept, child Child) error {
	var missed []*file
	var sources []Source
	for _, f := range files {
		old := kept[f.source.Path]
		if path.Ext(f.source.Path) == ".cue" && (old == nil || old.Digest != f.source.Digest) {
			missed = append(missed, f)
			sources = append(sources, f.source)
		}
	}
	if len(missed) == 0 {
		return nil
	}
	answers, err := child.loadCUE(sources)
	for i, a := range answers {
		e.enter(missed[i], a.documents, a.findings)
	}
	return err
}

// enter judges the documents of a freshly parsed file by schema.
func (e *Engine) enter(f *file, docs []document.Document, found []finding.Finding) {
	f.documents = docs
	f.Findings = found
	f.Documents = make([]*Head, len(docs))
	configs := 0
	for i := range docs {
		h := e.head(&docs[i])
		if h.ID.Kind == "Config" && !h.Ignored {
			if configs++; configs > 1 && f.source.Path == configFile {
				h.Findings = append(h.Findings, wrong(&docs[i], "config/place", "a second Config in "+configFile+", wanted one", "join the two", nil)...)
			}
		}
		f.Documents[i] = h
	}
}

func (e *Engine) head(doc *document.Document) *Head {
	name := doc.At(document.Path{{Key: "metadata"}, {Key: "name"}})
	if !doc.IsPatchops() {
		return &Head{ID: doc.ID, Name: name, Ignored: true, Findings: []finding.Finding{envelope(doc)}}
	}
	found := e.Shapes.Judge(doc)
	h := &Head{ID: doc.ID, Name: name, Broken: doc.Broken || len(found) > 0}
	switch spec := doc.Root.Get("spec"); doc.ID.Kind {
	case "AssetList":
		h.Bulk = spec.Get("file").Text()
	case "RiskAcceptance":
		h.Waives = len(spec.Get("scope").Get("findings").Elements()) > 0
	}
	h.Findings = append(append(found, layout(doc)...), scope(doc)...)
	return h
}

func envelope(doc *document.Document) finding.Finding {
	version := doc.Root.Get("apiVersion").Text()
	f := finding.Finding{
		ID: "document/envelope", Severity: finding.Warning,
		Message:  "not a patchops document: it has no apiVersion",
		Hint:     "write apiVersion: patchops.dev/v1alpha1, or exclude the path in patchops.yaml",
		Position: doc.At(nil),
	}
	if version != "" {
		f.Message = fmt.Sprintf("not a patchops document: apiVersion is %q", version)
		f.Position, f.Path = doc.At(document.Path{{Key: "apiVersion"}}), "apiVersion"
	}
	return f
}

// layout says whether the path and metadata.client agree (documents.md, Files).
func layout(doc *document.Document) []finding.Finding {
	client, ok := clientOfPath(doc.File)
	if !ok || doc.ID.Client == client {
		return nil
	}
	found := finding.Finding{
		ID: "layout/client-path", Severity: finding.Error,
		Message:  fmt.Sprintf("metadata.client is %q, but the file lies in the folder of client %q", doc.ID.Client, client),
		Hint:     fmt.Sprintf("write client: %s, or move the file", client),
		Position: doc.At(clientPath), Document: doc.ID, Path: clientPath.String(),
	}
	return []finding.Finding{found}
}

var clientPath = document.Path{{Key: "metadata"}, {Key: "client"}}

func clientOfPath(file string) (string, bool) {
	parts := strings.Split(file, "/")
	if len(parts) < 3 || parts[0] != "clients" && parts[0] != "plans" || parts[0] == "plans" && parts[1] == "closed" {
		return "", false
	}
	return parts[1], true
}

// scope says what the schema cannot about whose document it is: that a Client
// is its own client, and a plan is for its client or says for which.
func scope(doc *document.Document) []finding.Finding {
	switch {
	case doc.ID.Kind == "PatchPlan":
		return planScope(doc)
	case doc.ID.Kind == "Client" && doc.ID.Client != "" && doc.ID.Client != doc.ID.Name:
		return wrong(doc, "document/scope", fmt.Sprintf("client %q carries metadata.client %q, wanted its own name", doc.ID.Name, doc.ID.Client),
			"write client: "+doc.ID.Name, clientPath)
	case doc.ID.Kind == "Client" && doc.ID.Name == "closed":
		return wrong(doc, "document/scope", "no client may be named \"closed\": plans/closed/ holds finished plans", "choose another name", clientPath)
	case doc.ID.Kind == "Config" && doc.File != configFile:
		return wrong(doc, "config/place", fmt.Sprintf("a Config lies in %q, wanted %q in the root only", doc.File, configFile),
			"move it to "+configFile, nil)
	}
	return nil
}

// planScope judges targets.clients, clientSelector and rings: a plan without a
// client needs one of the first two, a client's own plan has none of the three.
func planScope(doc *document.Document) []finding.Finding {
	targets := documentPath("spec", "targets")
	at, _ := doc.Root.Find(targets)
	if at == nil {
		return nil
	}
	if doc.ID.Client == "" {
		if at.Get("clients") != nil || at.Get("clientSelector") != nil {
			return nil
		}
		return wrong(doc, "document/scope", "the plan is of no client and its targets name none, so it is for nobody",
			"add clients or clientSelector, or metadata.client", targets)
	}
	for _, p := range []document.Path{documentPath("spec", "targets", "clients"), documentPath("spec", "targets", "clientSelector"), documentPath("spec", "rings")} {
		if v, _ := doc.Root.Find(p); v != nil {
			return wrong(doc, "document/scope", fmt.Sprintf("%s stands in a plan of client %q alone", p, doc.ID.Client),
				"remove it, or remove metadata.client and move the plan to plans/", p)
		}
	}
	return nil
}

func wrong(doc *document.Document, id, message, hint string, p document.Path) []finding.Finding {
	return []finding.Finding{{
		ID: id, Severity: finding.Error, Message: message, Hint: hint,
		Position: doc.At(p), Document: doc.ID, Path: p.String(),
	}}
}

// entries makes the corpus's entries of all loaded files.
func entries(files []*file, child Child) []*corpus.Entry {
	var out []*corpus.Entry
	for _, f := range files {
		for i, h := range f.Documents {
			if h.Ignored {
				continue
			}
			out = append(out, corpus.NewEntry(corpus.Entry{
				ID: h.ID, File: f.source.Path, Index: i, Digest: f.source.Digest, Name: h.Name, Broken: h.Broken,
				Bulk: h.Bulk, Waives: h.Waives,
			}, func() *document.Document { return f.document(i, child) }))
		}
	}
	return out
}

// document is the i-th document of the file, parsed again when the file's
// verdict was kept. Same bytes, same documents.
func (f *file) document(i int, child Child) *document.Document {
	f.once.Do(func() {
		if f.documents != nil {
			return
		}
		if path.Ext(f.source.Path) != ".cue" {
			f.documents, _ = document.ParseYAML(f.source.Path, f.source.Bytes)
			return
		}
		if answers, err := child.loadCUE([]Source{f.source}); err == nil {
			f.documents = answers[0].documents
		}
	})
	if i >= len(f.documents) {
		return &document.Document{File: f.source.Path, Index: i, Root: document.Value{Kind: document.Map}}
	}
	return &f.documents[i]
}
