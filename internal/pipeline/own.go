package pipeline

import (
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// own are the repository's own rules and schemas. They are not trusted: all
// that touches them runs in the child.
type own struct {
	run      *run
	findings []finding.Finding
	skipped  bool // they could not be used, so no verdict is whole
}

// ownRules are the ids of a tree's own rules, sorted: the folders below policies/.
func ownRules(t *Tree) []string {
	var ids []string
	for _, s := range t.Policies {
		if id, ok := ruleOfPath(s.Path); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func ruleOfPath(file string) (string, bool) {
	parts := strings.Split(file, "/")
	if len(parts) != 4 || strings.HasSuffix(file, "_test.rego") || parts[1] == "lib" {
		return "", false
	}
	return parts[1] + "/" + parts[2], true
}

// known are the ids that documents may name, own rules included.
func (o *own) known(builtin []string) []string {
	all := slices.Concat(builtin, ownRules(o.run.in.Tree))
	slices.Sort(all)
	return slices.Compact(all)
}

// ownDigest is a digest over a tree's own rules and schemas.
func ownDigest(t *Tree) corpus.Digest {
	h := sha256.New()
	for _, s := range slices.Concat(t.Policies, t.Schemas) {
		fmt.Fprintf(h, "%q", s.Path)
		h.Write(s.Digest[:])
	}
	return corpus.Digest(h.Sum(nil))
}

// OwnDigest is what a cache must know of a tree's own rules and schemas.
func (t *Tree) OwnDigest() corpus.Digest { return ownDigest(t) }

// ownShared is what the child needs to judge by own rules.
type ownShared struct {
	AsOf     string
	Files    []ownFile
	Data     map[string][]byte
	Policies []Source
	Schemas  []Source
	Foreign  bool      // another tree rules
	Ruling   []ownFile // of that tree: its Config and Clients
}

// ownFile is a document file: its bytes, or what CUE made of them.
type ownFile struct {
	Source    Source
	Heads     []Head
	Evaluated []document.Document
}

// ownItem asks to vet one module, to compile all, or to judge one document or
// one input of another gate.
type ownItem struct {
	Vet, Compile bool
	Parameters   bool // only of what the document says of own rules' parameters
	Module       int
	File, Index  int
	Input        *document.Document // of a gate
}

type ownAnswer struct {
	Findings  []finding.Finding
	Evaluated int
	Read      []corpus.Dependency
	Unjudged  string // why the input of a gate was not judged; "" it was
}

// misplaced finds own rules whose id is not theirs to have: that of a built-in
// rule or of a finding of the engine, with which they would share levels,
// parameters and waivers, and so make an error of the engine one that a repository
// can switch off; or none, for a rule in another folder than its id says.
func (o *own) misplaced(t *Tree) {
	say := func(file, message, hint string) {
		f := limit("policy/annotation", file, message)
		f.Hint = hint
		o.findings = append(o.findings, f)
	}
	for _, s := range t.Policies {
		id, ok := ruleOfPath(s.Path)
		switch _, builtin := slices.BinarySearch(o.run.engine.ids, id); {
		case !ok && strings.Count(s.Path, "/") != 3:
			say(s.Path, fmt.Sprintf("%q is no place of a rule, wanted policies/<category>/<rule>/", s.Path), "move it two folders below policies/")
		case !ok:
		case builtin:
			say(s.Path, id+" is a built-in rule, an own one cannot have its id", "rename the folder and the package")
		case o.run.engine.isEngine(id):
			say(s.Path, id+" is a finding of patchops itself, an own rule cannot have its id", "rename the folder and the package")
		}
	}
}

// judge adds what own rules and schemas say to the verdict of every task. The
// child first compiles every module by itself, so that one which the compiler
// cannot stop dies alone and is named; then all together; then it judges.
func (o *own) judge(todo []task) error {
	t := o.run.in.ruling()
	if len(t.Policies) == 0 && len(t.Schemas) == 0 {
		return nil
	}
	o.skipped = true
	o.misplaced(t)
	index := map[string]int{}
	for i, f := range o.run.files {
		index[f.source.Path] = i
	}
	var items [][]byte
	for i := range t.Policies {
		items = append(items, encode(ownItem{Vet: true, Module: i}))
	}
	items = append(items, encode(ownItem{Compile: true}))
	for _, task := range todo {
		items = append(items, encode(ownItem{File: index[task.entry.File], Index: task.entry.Index}))
	}
	answers, err := o.run.in.Child(ownJob, encode(o.shared()), items)
	if err != nil || !o.vetted(t, answers[:len(t.Policies)]) {
		return err
	}
	answers = answers[len(t.Policies):]
	if o.take(answers[0], nil, "policies") == nil {
		return nil
	}
	for i, task := range todo {
		if a := o.take(answers[i+1], task.entry, ""); a != nil {
			v := task.head.Verdict
			v.Findings = append(v.Findings, a.Findings...)
			v.Evaluated += a.Evaluated
			v.Read = join(v.Read, a.Read)
		}
	}
	o.skipped = false
	return nil
}

// vetted reports whether every module ended its own compilation.
func (o *own) vetted(t *Tree, answers []Answer) bool {
	sound := true
	for i, a := range answers {
		if a.Problem != "" {
			sound = false
			o.findings = append(o.findings, limit("policy/limit", t.Policies[i].Path, "not compiled: the compilation "+a.Problem))
		}
	}
	return sound
}

func limit(id, file, message string) finding.Finding {
	return finding.Finding{
		ID: id, Severity: finding.Error, Message: message, Hint: "simplify the rule",
		Position: finding.Position{File: file, Line: 1, Column: 1},
	}
}

// take reads one answer. A document that could not be judged has a finding that
// says so: what was not evaluated is never a pass.
func (o *own) take(a Answer, entry *corpus.Entry, file string) *ownAnswer {
	var out ownAnswer
	problem := a.Problem
	if problem == "" && decode(a.Output, &out) != nil {
		problem = "gave no answer"
	}
	if problem == "" {
		if entry == nil {
			o.findings = append(o.findings, out.Findings...)
		}
		return &out
	}
	if entry != nil {
		file = entry.File
	}
	f := limit("policy/limit", file, "not judged by the repository's own rules: the evaluation "+problem)
	if entry != nil {
		f.Position, f.Document = entry.Name, entry.ID
	}
	if entry == nil {
		o.findings = append(o.findings, f)
		return nil
	}
	return &ownAnswer{Findings: []finding.Finding{f}}
}

func (o *own) shared() ownShared {
	t := o.run.in.ruling()
	s := ownShared{
		AsOf: o.run.in.AsOf.UTC().Format(time.RFC3339), Policies: t.Policies, Schemas: t.Schemas,
		Data: map[string][]byte{}, Foreign: o.run.ruling != nil, Ruling: o.rulingFiles(),
	}
	for _, f := range o.run.files {
		s.Files = append(s.Files, o.file(f))
	}
	for _, e := range o.run.corpus.Entries() {
		if e.Bulk != "" {
			s.Data[e.Bulk], _ = o.run.in.Tree.File(e.Bulk)
		}
	}
	return s
}

func (o *own) file(f *file) ownFile {
	of := ownFile{Source: f.source}
	for _, h := range f.Documents {
		of.Heads = append(of.Heads, Head{ID: h.ID, Name: h.Name, Broken: h.Broken, Ignored: h.Ignored, Bulk: h.Bulk})
	}
	if path.Ext(f.source.Path) == ".cue" && len(f.Documents) > 0 {
		f.document(0, o.run.in.Child)
		of.Evaluated, of.Source.Bytes = f.documents, nil
	}
	return of
}

func join(a, b []corpus.Dependency) []corpus.Dependency {
	all := slices.Concat(a, b)
	slices.SortFunc(all, corpus.CompareDependencies)
	return slices.Compact(all)
}
