package pipeline

import (
	"slices"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/schema"
	"github.com/patchops/patchops/internal/shape"
)

// ownJudge is the child's side: it judges documents by own rules and schemas.
type ownJudge struct {
	in     ownShared
	shapes *shape.Set
	rules  *policy.Engine
	own    *schema.Own
	corpus *corpus.Corpus
	ruling *corpus.Corpus // whose settings rules follow; nil: of the same
	terms  *policy.Terms
	first  []int // index of each file's first entry
}

func judgeOwn(shared []byte) (func([]byte) []byte, error) {
	j := &ownJudge{terms: policy.NewTerms()}
	if err := decode(shared, &j.in); err != nil {
		return nil, err
	}
	var err error
	if j.shapes, err = Shapes(); err != nil {
		return nil, err
	}
	return func(item []byte) []byte {
		var want ownItem
		if err := decode(item, &want); err != nil {
			return nil
		}
		return encode(j.answer(want))
	}, nil
}

func (j *ownJudge) answer(want ownItem) ownAnswer {
	switch {
	case want.Vet:
		// What it finds, the compilation of all finds again: here only its end counts.
		s := j.in.Policies[want.Module]
		_, _ = policy.Compile(j.shapes, []policy.Module{{File: s.Path, Source: s.Bytes}}, Functions())
		return ownAnswer{}
	case want.Compile:
		return ownAnswer{Findings: j.setUp()}
	case want.Input != nil:
		return j.judgeInput(want.Input)
	}
	return j.judge(want)
}

// compile compiles own modules beside the built-in ones, which they may use.
func (j *ownJudge) compile(sources []Source) (*policy.Engine, []finding.Finding) {
	shared, err := libraries()
	if err != nil {
		return nil, []finding.Finding{limit("policy/compile", "policies", err.Error())}
	}
	var own []policy.Module
	for _, s := range sources {
		if !isRegoTest(s.Path) {
			own = append(own, policy.Module{File: s.Path, Source: s.Bytes})
		}
	}
	return policy.Compile(j.shapes, slices.Concat(policy.Needed(shared, own), own), Functions())
}

func (j *ownJudge) setUp() []finding.Finding {
	var found, vetted []finding.Finding
	j.rules, found = j.compile(j.in.Policies)
	j.own, vetted = compileSchemas(j.in.Schemas, j.shapes)
	j.index()
	return append(found, vetted...)
}

func (j *ownJudge) index() {
	var all []*corpus.Entry
	for _, f := range j.in.Files {
		j.first = append(j.first, len(all))
		all = append(all, f.entries()...)
	}
	files := func(name string) ([]byte, bool) {
		b, ok := j.in.Data[name]
		return b, ok
	}
	rows := (&Engine{Shapes: j.shapes}).rows
	j.corpus = corpus.New(j.in.AsOf, all, files, rows)
	if !j.in.Foreign {
		return
	}
	var ruling []*corpus.Entry
	for _, f := range j.in.Ruling {
		ruling = append(ruling, f.entries()...)
	}
	none := func(string) ([]byte, bool) { return nil, false }
	j.ruling = corpus.New(j.in.AsOf, ruling, none, rows)
}

func (f ownFile) entries() []*corpus.Entry {
	var out []*corpus.Entry
	loaded := &file{source: f.Source, documents: f.Evaluated}
	for i, h := range f.Heads {
		e := corpus.Entry{ID: h.ID, File: f.Source.Path, Index: i, Digest: f.Source.Digest, Name: h.Name, Broken: h.Broken, Bulk: h.Bulk}
		if h.Ignored {
			e.ID = finding.Identity{}
		}
		out = append(out, corpus.NewEntry(e, func() *document.Document { return loaded.document(i, nil) }))
	}
	return out
}

func (j *ownJudge) judge(want ownItem) ownAnswer {
	if j.corpus == nil {
		j.setUp() // restarted behind a culprit: its findings were given before
	}
	doc := j.corpus.Entries()[j.first[want.File]+want.Index].Document()
	var out ownAnswer
	if want.Parameters {
		if j.rules != nil {
			out.Findings = parameters(j.rules, doc, j.corpus.View(doc.ID.Client), j.isOwn)
		}
		return out
	}
	if j.own != nil {
		out.Findings = j.own.Judge(doc)
	}
	if j.rules != nil {
		view := j.corpus.View(doc.ID.Client)
		found, evaluated := j.rules.Judge(doc, data{view, j.terms, j.terms, j.ruling})
		out.Findings, out.Evaluated = append(out.Findings, found...), evaluated
		out.Findings = append(out.Findings, parameters(j.rules, doc, view, j.isOwn)...)
		out.Read = view.Dependencies()
	}
	return out
}

func (j *ownJudge) isOwn(id string) bool {
	_, ok := slices.BinarySearch(ownRules(&Tree{Policies: j.in.Policies}), id)
	return ok
}
