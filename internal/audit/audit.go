// Package audit computes anew, from the documents at the commits that a result log names,
// what the log says was authorised: the effect of each merge and that its approvals cover
// it, the grants of each run and claim, and that claims lie in windows and in
// no freeze. Whoever holds the
// log's key can write records that agree with one another; the documents they cannot make.
//
// It reads no repository: commits come through Options.Read.
package audit

import (
	"errors"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/resultlog"
)

// ErrAbsent says that a commit is not at hand: a bundle holds none, a clone may lack a
// branch that was removed after its merge.
var ErrAbsent = errors.New("the commit is not here")

// ErrUnread says that documents of a commit could not be evaluated here and now: what they
// give is not known, which speaks neither for nor against the records.
var ErrUnread = errors.New("its documents cannot be evaluated now")

// Documents are what a commit holds.
type Documents struct {
	Corpus *corpus.Corpus
	Tree   *effect.Tree
	Files  int // that the commit holds
}

// Options are where an Audit reads.
type Options struct {
	// Read gives the documents of a commit, or ErrAbsent, or ErrUnread.
	Read func(commit string) (*Documents, error)
	// Blob gives a large value of a log, or an error that says fs.ErrNotExist where it was
	// removed.
	Blob func(log resultlog.Name, digest string) ([]byte, error)
	// Base is the merge base of two commits, "" where they have none, or several, or where one
	// is not at hand.
	Base func(a, b string) (string, error)
	// Genesis is the first authorised tip.
	Genesis string
	// Tzdata are the time zones by which windows are computed.
	Tzdata string
	// Most is how many commits are read, and more until Files files were, for that is what
	// takes time; what needs others is left out, and counted. 0: all.
	Most, Files int
}

// Audit takes in the records of logs that hold, log after log. It is for one goroutine.
type Audit struct {
	o     Options
	cache []kept
	// granted are what plans grant, by commit, client and plan: asked for with every claim.
	granted map[string][]effect.PlanGrants
	reads   map[string]bool // commits that were read
	files   int             // that these held

	said    map[string]said    // approvals, by evidence
	merges  map[string]bool    // that were judged, by base and commit
	tips    []tip              // in the order of the logs
	runs    map[string]*run    // by "CLIENT/PLAN"
	places  map[string]*oracle // by commit and client
	glasses map[string][]glass // overrides, by "CLIENT/PLAN"
	zoned   int                // claims by other time zones
	open    []doubt            // claims of grants that the run's own commits do not give
	fault   *resultlog.Fault   // the first
	absent  map[string]bool    // commits that are not at hand
	unread  map[string]bool    // that cannot be evaluated now
	skipped map[string]bool    // and those beyond Most
}

// said is what an approval was given for. A review names a head alone: its base is where that
// left the authorised tip that it lands on.
type said struct {
	base, head, effect string
	review             bool
}

// tip is a commit that a merge made the authorised one.
type tip struct {
	commit string
	at     int64
}

type kept struct {
	commit string
	docs   *Documents
}

// mostKept is how many commits' documents are held at once, and mostGranted plans' grants.
const (
	mostKept    = 6
	mostGranted = 64
)

// New begins an audit.
func New(o Options) *Audit {
	return &Audit{
		o: o, granted: map[string][]effect.PlanGrants{}, reads: map[string]bool{}, said: map[string]said{}, merges: map[string]bool{}, runs: map[string]*run{},
		places: map[string]*oracle{}, glasses: map[string][]glass{}, absent: map[string]bool{}, unread: map[string]bool{}, skipped: map[string]bool{}, tips: []tip{{commit: o.Genesis}},
	}
}

// Take takes in one record; it is resultlog.Options.Visit. An error is about reading, not
// about the log: what does not hold is kept for End.
func (a *Audit) Take(n resultlog.Name, p resultlog.Place, r *resultlog.Record) error {
	if a.fault != nil {
		return nil
	}
	why, err := a.judge(n, p, r)
	if err != nil {
		return err
	}
	if why != "" {
		a.fault = faultAt(n, p, r.Kind, why)
	}
	return nil
}

func faultAt(n resultlog.Name, p resultlog.Place, kind resultlog.Kind, why string) *resultlog.Fault {
	return &resultlog.Fault{Branch: n.Branch("")[1:], Segment: p.Segment, Line: p.Line, Seq: p.Seq, Why: string(kind) + ": " + why}
}

func (a *Audit) judge(n resultlog.Name, p resultlog.Place, r *resultlog.Record) (string, error) {
	switch r.Kind {
	case resultlog.Approval, resultlog.Consent:
		if _, known := a.said[r.Evidence]; !known && r.Change != "" {
			a.said[r.Evidence] = said{r.Base, r.Head, r.Effect, r.Review != nil}
		}
	case resultlog.Merge:
		return a.merge(r)
	case resultlog.Override:
		a.override(r)
	case resultlog.RunBegun:
		return a.begun(n, r)
	case resultlog.Schedule:
		return a.schedule(n, r)
	case resultlog.WaveBegun:
		return a.wave(n, r)
	case resultlog.Claim:
		return a.claim(n, p, r)
	}
	return "", nil
}

// End is the first thing that does not hold, nil if all does.
func (a *Audit) End() (*resultlog.Fault, error) {
	for _, d := range a.open {
		if a.fault != nil {
			break
		}
		holds, err := a.ever(d)
		if err != nil {
			return nil, err
		}
		if !holds {
			a.fault = faultAt(d.log, d.place, resultlog.Claim, d.why)
		}
	}
	a.open = nil
	return a.fault, nil
}

// Unread are how many commits were not at hand, and how many were beyond Most: what rests
// on them was not computed anew.
func (a *Audit) Unread() (absent, skipped int) { return len(a.absent), len(a.skipped) }

// NotEvaluated are how many commits hold documents that could not be evaluated.
func (a *Audit) NotEvaluated() int { return len(a.unread) }

// OtherZones are how many claims are of schedules by other time zones: their windows were not
// computed anew.
func (a *Audit) OtherZones() int { return a.zoned }

// Read are how many commits were.
func (a *Audit) Read() int { return len(a.reads) }

// documents of a commit; nil where they cannot be had, which is counted.
func (a *Audit) documents(commit string) (*Documents, error) {
	for i, k := range a.cache {
		if k.commit == commit {
			a.cache = append(append(a.cache[:i:i], a.cache[i+1:]...), k)
			return k.docs, nil
		}
	}
	switch {
	case a.absent[commit], a.unread[commit], a.skipped[commit]:
		return nil, nil
	case a.o.Most > 0 && len(a.reads) >= a.o.Most && a.files >= a.o.Files && !a.reads[commit]:
		a.skipped[commit] = true
		return nil, nil
	}
	docs, err := a.o.Read(commit)
	if errors.Is(err, ErrAbsent) {
		a.absent[commit] = true
		return nil, nil
	}
	if errors.Is(err, ErrUnread) {
		a.unread[commit] = true
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !a.reads[commit] {
		a.reads[commit] = true
		a.files += docs.Files
	}
	if len(a.cache) == mostKept {
		a.cache = a.cache[1:]
	}
	a.cache = append(a.cache, kept{commit, docs})
	return docs, nil
}
