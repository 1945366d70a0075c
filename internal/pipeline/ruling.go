package pipeline

import (
	"slices"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// ruling is the tree whose own rules, constraints, settings and waivers judge.
func (in Input) ruling() *Tree {
	if in.Rules != nil {
		return in.Rules
	}
	return in.Tree
}

// foreign reports whether another tree's rules judge.
func (in Input) foreign() bool { return in.Rules != nil && in.Rules != in.Tree }

// read loads a tree that the judged one is held against. The base and the tree
// whose rules judge are usually one, which is read once.
func (r *run) read(t *Tree) (*reading, error) {
	if had := r.readings[t]; had != nil {
		return had, nil
	}
	files, err := r.engine.load(t, nil, r.in.Child)
	if err != nil {
		return nil, err
	}
	asOf := r.in.AsOf.UTC().Format(time.RFC3339)
	made := &reading{files, corpus.New(asOf, entries(files, r.in.Child), t.File, r.engine.rows)}
	if r.readings == nil {
		r.readings = map[*Tree]*reading{}
	}
	r.readings[t] = made
	return made, nil
}

// reading is another tree, read.
type reading struct {
	files  []*file
	corpus *corpus.Corpus
}

// rule reads what another tree says of rules, where one judges.
func (r *run) rule() error {
	if !r.in.foreign() {
		return nil
	}
	r.in.Kept = nil // what was kept was judged by the tree's own rules
	ruling, err := r.read(r.in.Rules)
	if err == nil {
		r.ruling = ruling
	}
	return err
}

// rulingCorpus is nil where the judged tree rules itself.
func (r *run) rulingCorpus() *corpus.Corpus {
	if r.ruling == nil {
		return nil
	}
	return r.ruling.corpus
}

// Parameters implements policy.Data: what the tree that rules says of a rule.
func (d data) Parameters(rule string) (config, client *document.Value) {
	if d.ruling == nil {
		return d.View.Parameters(rule)
	}
	return d.ParametersIn(d.ruling, rule)
}

// granted is what an acceptance says in the tree that rules; nil where it is not
// in it, so that none waives the findings of the change that brings or widens it.
func (r *run) granted(id finding.Identity) func(finding.Finding, *document.Value, time.Time) bool {
	if r.ruling == nil {
		return func(finding.Finding, *document.Value, time.Time) bool { return true }
	}
	c := r.ruling.corpus
	entry := c.Entry(id)
	if entry == nil || entry.Broken || !entry.Waives {
		return func(finding.Finding, *document.Value, time.Time) bool { return false }
	}
	return spec.ParseAcceptance(entry.Document(), c.Zone(id.Client)).WaivesIn
}

// proposed compiles the judged tree's own rules and constraints where others
// judge: they must be fit to judge once they have landed.
func (o *own) proposed() error {
	in := o.run.in
	if !in.foreign() || ownDigest(in.Tree) == ownDigest(in.Rules) {
		return nil
	}
	o.misplaced(in.Tree)
	return o.compiles(in.Tree)
}

// compiles adds what the compilation of a tree's own rules and constraints finds,
// and what the tree says of their parameters that they do not take.
func (o *own) compiles(t *Tree) error {
	if len(t.Policies) == 0 && len(t.Schemas) == 0 {
		return nil
	}
	shared := ownShared{AsOf: o.run.in.AsOf.UTC().Format(time.RFC3339), Policies: t.Policies, Schemas: t.Schemas}
	var items [][]byte
	for i := range t.Policies {
		items = append(items, encode(ownItem{Vet: true, Module: i}))
	}
	items = append(items, encode(ownItem{Compile: true}))
	about := o.settings(o.run.files)
	for n, f := range about {
		shared.Files = append(shared.Files, o.file(f))
		for i, h := range f.Documents {
			if !h.Ignored && !h.Broken {
				items = append(items, encode(ownItem{Parameters: true, File: n, Index: i}))
			}
		}
	}
	answers, err := o.run.in.Child(ownJob, encode(shared), items)
	if err != nil || !o.vetted(t, answers[:len(t.Policies)]) {
		return err
	}
	for _, a := range answers[len(t.Policies):] {
		o.take(a, nil, "policies")
	}
	return nil
}

// settings are the files that say how rules judge.
func (o *own) settings(files []*file) []*file {
	says := func(h *Head) bool { return !h.Ignored && (h.ID.Kind == "Config" || h.ID.Kind == "Client") }
	var out []*file
	for _, f := range files {
		if slices.ContainsFunc(f.Documents, says) {
			out = append(out, f)
		}
	}
	return out
}

// rulingFiles are the files of another tree that say how rules judge.
func (o *own) rulingFiles() []ownFile {
	if o.run.ruling == nil {
		return nil
	}
	var out []ownFile
	for _, f := range o.settings(o.run.ruling.files) {
		out = append(out, o.file(f))
	}
	return out
}
