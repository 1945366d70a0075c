package pipeline

import (
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/reference"
)

// Input is what a check needs beside the engine.
type Input struct {
	Tree *Tree
	// Rules, when given, is the tree whose own rules and constraints, settings of
	// rules and waivers judge Tree: nothing in a change loosens its own judgement.
	// With it nothing kept is used.
	Rules *Tree
	AsOf  time.Time // the instant of judgement
	Kept  Kept      // nil: nothing is kept
	Child Child
	// Base, when given, is the tree that Tree is compared with: only findings
	// that the difference can have an effect on remain.
	Base *Tree
	// Compare asks for Outcome.Schedules too; only with a Base.
	Compare bool
}

// Outcome is what a check found.
type Outcome struct {
	Findings  []finding.Finding // sorted, levels and waivers applied
	Documents int
	Evaluated int // evaluations of rules, over all documents
	Rules     int // rules that were ready to judge, own ones included
	Corpus    *corpus.Corpus
	Before    *corpus.Corpus // of Input.Base; nil without one
	Kept      Kept           // what this run knows, to be kept
	Reused    int            // verdicts taken from what was kept
	Schedules *Schedules     // nil unless asked for by Input.Compare

	run *run // for the change gate
}

// Check judges a tree. Errors are about us; what is wrong with the tree is in
// the outcome.
func (e *Engine) Check(in Input) (*Outcome, error) {
	r := e.run(in)
	if err := r.judge(); err != nil {
		return nil, err
	}
	if err := r.judgeRollouts(); err != nil {
		return nil, err
	}
	return r.outcome()
}

// Plan judges a tree and computes the rollouts that were asked for. Its findings
// are those of Check, but for rollouts that were not asked for or differ by o.
func (e *Engine) Plan(in Input, o planning.Options) (*Outcome, *Planned, error) {
	r := e.run(in)
	r.asked = true
	if err := r.judge(); err != nil {
		return nil, nil, err
	}
	if o.AsOf.IsZero() {
		o.AsOf = in.AsOf
	}
	planned, err := r.plan(o)
	if err != nil {
		return nil, nil, err
	}
	if err := r.judgePlanned(planned); err != nil {
		return nil, nil, err
	}
	out, err := r.outcome()
	return out, planned, err
}

func (e *Engine) run(in Input) *run {
	return &run{engine: e.with(slices.Compact(slices.Sorted(slices.Values(slices.Concat(ownRules(in.Tree), ownRules(in.ruling())))))), in: in, rollouts: map[string]*clientRollouts{}}
}

// outcome settles what a run found: all of it, or with a base what the
// difference can have an effect on.
func (r *run) outcome() (*Outcome, error) {
	shown, err := r.affected()
	if err != nil {
		return nil, err
	}
	return r.settle(shown), nil
}

// run is one check under way.
type run struct {
	engine *Engine
	in     Input
	own    *own
	files  []*file
	corpus *corpus.Corpus
	before *corpus.Corpus // of the base
	reused int

	asked    bool                         // rollouts were asked for in particular
	rollouts map[string]*clientRollouts   // by client
	shared   *FileVerdict                 // what the rollouts of all clients depend on
	joined   *FileVerdict                 // what those of all joined clients depend on beside
	earlier  map[string][]finding.Finding // what the base says of rollouts, by client

	planning  lastPlanned
	readings  map[*Tree]*reading
	ruling    *reading // nil: the judged tree rules itself
	schedules *Schedules
}

func (r *run) judge() error {
	err := r.rule()
	if err != nil {
		return err
	}
	if r.files, err = r.engine.load(r.in.Tree, r.in.Kept, r.in.Child); err != nil {
		return err
	}
	asOf := r.in.AsOf.UTC().Format(time.RFC3339)
	r.corpus = corpus.New(asOf, entries(r.files, r.in.Child), r.in.Tree.File, r.engine.rows)
	todo := tasks(r.corpus, r.files)
	r.own = &own{run: r}
	judging := judging{r.engine, r.engine.rules, r.corpus, reference.Options{Findings: r.own.known(r.engine.known)}, policy.NewTerms(), r.rulingCorpus(), ownRules(r.in.Tree)}
	if err = judging.all(todo); err != nil {
		return err
	}
	if err = r.own.judge(todo); err != nil {
		return err
	}
	if err = r.own.proposed(); err != nil {
		return err
	}
	for _, t := range todo {
		t.head.Verdict.Held = held(r.corpus, t.head.Verdict.Read)
	}
	r.reused = len(r.corpus.Entries()) - len(todo)
	return nil
}

// about says whether findings about a document are shown; a nil head stands for
// the file as such.
type about func(*file, *Head) bool

func everything(*file, *Head) bool { return true }

// affected is what to show: everything, or with a base what the difference can
// have an effect on.
func (r *run) affected() (about, error) {
	if r.in.Base == nil {
		return everything, nil
	}
	base, err := r.read(r.in.Base)
	if err != nil {
		return nil, err
	}
	before := base.corpus
	r.before = before
	same := map[string]corpus.Digest{}
	for _, s := range r.in.Base.Documents {
		same[s.Path] = s.Digest
	}
	old := &run{engine: r.engine, in: r.in, own: &own{skipped: true}, files: base.files, corpus: before, rollouts: map[string]*clientRollouts{}, ruling: r.ruling}
	if err := r.judgeBase(old); err != nil {
		return nil, err
	}
	// Also what does not judge yet says which ids exist.
	rulesMoved := ownDigest(r.in.Base) != ownDigest(r.in.Tree) || ownDigest(r.in.Base) != ownDigest(r.in.ruling())
	return func(f *file, h *Head) bool {
		return rulesMoved || f == nil || same[f.source.Path] != f.source.Digest || h != nil && h.Verdict != nil && !h.Verdict.stillHolds(before)
	}, nil
}

// collect gathers the findings of every file and document to show.
func (r *run) collect(shown about) []finding.Finding {
	out := slices.Concat(r.in.Tree.Findings, r.own.findings)
	for _, d := range duplicates(r.files) {
		if shown(d.first, nil) || shown(d.again, nil) {
			out = append(out, d.finding())
		}
	}
	for _, f := range r.files {
		if shown(f, nil) {
			out = append(out, f.Findings...)
		}
		for _, h := range f.Documents {
			if !shown(f, h) {
				continue
			}
			out = append(out, h.Findings...)
			if h.Verdict != nil {
				out = append(out, h.Verdict.Findings...)
			}
		}
	}
	return append(out, r.rolloutFindings(shown)...)
}

func (r *run) settle(shown about) *Outcome {
	e := r.engine
	out := &Outcome{Corpus: r.corpus, Before: r.before, Kept: Kept{}, Reused: r.reused, Rules: len(e.ids) + len(e.own), Schedules: r.schedules, run: r}
	broken := false
	for _, f := range r.files {
		if !r.own.skipped && !f.cut() {
			out.Kept[f.source.Path] = &f.FileVerdict
		}
		for _, h := range f.Documents {
			if h.Ignored {
				continue
			}
			out.Documents++
			broken = broken || h.Broken
			if h.Verdict != nil {
				out.Evaluated += h.Verdict.Evaluated
			}
		}
	}
	if !r.own.skipped {
		r.keepRollouts(out.Kept)
	}
	for _, v := range r.rollouts {
		out.Evaluated += v.Evaluated
	}
	levels := r.levels()
	found := e.level(r.collect(shown), levels)
	all := found // what an acceptance waives counts also where it is not shown
	if r.in.Base != nil {
		all = e.level(r.collect(everything), levels)
	}
	found = append(found, r.aboutTheWhole(broken)...)
	e.relevel(found, levels)
	out.Findings = finding.Sort(r.waive(found, all))
	return out
}

func (r *run) levels() map[string]string {
	if config := r.in.ruling().Config; config != nil {
		return config.Levels
	}
	return nil
}

// beyondConfig counts the documents beside the settings, and the rules that were
// evaluated on them.
func (r *run) beyondConfig() (documents, evaluated int) {
	for _, f := range r.files {
		for _, h := range f.Documents {
			if h.Ignored || h.ID.Kind == "Config" {
				continue
			}
			documents++
			if h.Verdict != nil {
				evaluated += h.Verdict.Evaluated
			}
		}
	}
	return documents, evaluated
}

// aboutTheWhole are the findings about no single document.
func (r *run) aboutTheWhole(broken bool) []finding.Finding {
	var out []finding.Finding
	if noRules := r.noRules(broken); noRules != nil {
		out = append(out, *noRules)
	}
	if r.in.Tree.Config == nil {
		out = append(out, finding.Finding{
			ID: "config/missing", Severity: finding.Warning,
			Message:  "there is no Config in patchops.yaml: nothing is excluded, and no level or parameter is set",
			Hint:     "restore patchops.yaml, or write one by patchops init",
			Position: finding.Position{File: configFile, Line: 1, Column: 1},
		})
	}
	return out
}

// noRules is the finding that nothing was judged (PF1): silence is no pass, and
// a repository that excludes everything but its settings is silent.
func (r *run) noRules(broken bool) *finding.Finding {
	documents, evaluated := r.beyondConfig()
	if evaluated > 0 || broken {
		return nil
	}
	message := fmt.Sprintf("0 rules ran over %d documents", documents)
	return &finding.Finding{
		ID: "policy/no-rules", Severity: finding.Error, Message: message,
		Hint:     "run it in a repository with documents, or make one by patchops init",
		Position: finding.Position{File: configFile, Line: 1, Column: 1},
	}
}
