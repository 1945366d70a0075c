package resultlog

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/canonical"
)

// Execution judges the records of rollouts in one client's log, in their order: no
// claim without a run of an authorised commit, a schedule, membership of a wave, a
// covered grant and an open window; results of open claims, once each. It takes in
// records as they come, so that a writer asks it before a push.
type Execution struct {
	repository string
	part       bool // records before these are not at hand
	runs       layer[execRun]
	stops      layer[string]    // what stands against a plan or a wave, by its name
	uncovered  layer[bool]      // "PLAN/ASSET"
	covered    layer[bool]      // of those, what was approved since
	claims     layer[execClaim] // by key
	open       layer[string]    // key of the open claim, by "PLAN/ASSET"
	member     layer[string]    // wave, by run and asset
	done       layer[string]    // how a wave ended, by run and wave
	breached   layer[bool]      // by run and asset
	begun      layer[bool]      // by run and wave
	budget     layer[int64]     // failures that a wave bears
	failed     layer[int64]     // hosts of a wave that failed since a person resumed it
	pauses     layer[execPause] // that a person must lift, by run, wave, code and cause
	agreed     layer[bool]      // by run, wave and person
	seen       map[Name]int
	// acts and commits are what other logs must bear out: fences of claims, authorised
	// commits.
	fences, commits []cited
}

// cited is what a record rests on that another log may hold.
type cited struct {
	name   Name
	place  Place
	fence  int64
	commit string
	kind   Kind
}

// execRun is one run: the newest of its plan.
type execRun struct {
	id, commit       string
	began            int64
	scheduled, ended bool
}

// execClaim is one claim.
type execClaim struct {
	run, plan, wave, asset, segment, grant string
	attempt                                int64
	open, unknown                          bool
	outcome                                string
}

// NewExecution judges from the first record of a client's first log on.
func NewExecution(repository string) *Execution {
	return &Execution{repository: repository, seen: map[Name]int{}}
}

// Follow takes in those of a log's records that it has not seen. They are the log's:
// what they say is not judged any more.
func (e *Execution) Follow(n Name, records []Record) {
	for i := e.seen[n]; i < len(records); i++ {
		e.take(n, Place{Seq: records[i].Seq}, &records[i])
	}
	e.seen[n] = max(e.seen[n], len(records))
	e.commits, e.fences = nil, nil
}

// Would says why records must not follow, or "".
func (e *Execution) Would(n Name, records []Record) string {
	over := &Execution{
		repository: e.repository, part: e.part, runs: e.runs.over(), stops: e.stops.over(), uncovered: e.uncovered.over(),
		claims: e.claims.over(), open: e.open.over(), member: e.member.over(), done: e.done.over(), breached: e.breached.over(),
		covered: e.covered.over(), begun: e.begun.over(), budget: e.budget.over(), failed: e.failed.over(), pauses: e.pauses.over(), agreed: e.agreed.over(),
	}
	for i := range records {
		if why := over.take(n, Place{}, &records[i]); why != "" {
			return fmt.Sprintf("%s: %s", records[i].Kind, why)
		}
	}
	return ""
}

// take judges a record and takes it in.
func (e *Execution) take(n Name, p Place, r *Record) string {
	switch r.Kind {
	case Merge:
		e.merged(r)
	case Hold, Abort, Recall:
		if e.stops.get(r.Plan) == "" || r.Kind != Hold {
			e.stops.set(r.Plan, string(r.Kind))
		}
	case Resume:
		e.resumed(r)
		e.lifted(r)
	case Approval, Consent, Rejection, Withdrawal:
		e.word(r)
	case RunBegun:
		return e.runBegun(n, p, r)
	case Schedule, WaveBegun, WavePaused, WaveGoesOn, WaveEnded, RunEnded, Claim, Result, Unknown, Deferred, Gate, Breach:
		return e.inRun(n, p, r)
	case HostKey, Restored:
		if r.Asset == "" {
			return "it names no asset"
		}
	}
	return ""
}

func (e *Execution) merged(r *Record) {
	for _, grant := range r.Covered {
		e.uncovered.set(grant, false)
		e.covered.set(grant, true)
	}
	if r.Via == "abandoned" {
		return
	}
	for _, grant := range r.Uncovered {
		if !strings.Contains(grant, "/") {
			grant = unnamed // "and 7 more"
		}
		e.uncovered.set(grant, true)
		e.covered.set(grant, false)
	}
}

// resumed lifts holds: of a wave those of that wave, of a plan all of it. What is for
// good stays.
func (e *Execution) resumed(r *Record) {
	for _, held := range e.stops.keys() {
		if e.stops.get(held) == string(Hold) && (held == r.Plan || strings.HasPrefix(held, r.Plan+"/")) {
			e.stops.set(held, "")
		}
	}
}

func (e *Execution) runBegun(n Name, p Place, r *Record) string {
	client, plan, ok := strings.Cut(r.Plan, "/")
	last := e.runs.get(r.Plan)
	switch {
	case !ok || plan == "" || client != n.Client || strings.Contains(plan, "/"):
		return fmt.Sprintf("plan %q in the log of %q", r.Plan, n.Client)
	case !isDigest(r.Run) || !isDigest(r.Grant) || r.Commit == "":
		return "it names no run, no grants or no commit"
	case last.id != "" && !last.ended:
		return fmt.Sprintf("a run of %s, and %s goes on", r.Plan, last.id)
	case last.id == r.Run:
		return fmt.Sprintf("the run %s begins twice", r.Run)
	}
	e.runs.set(r.Plan, execRun{id: r.Run, commit: r.Commit, began: at(r.T)})
	e.cite(cited{name: n, place: p, commit: r.Commit, kind: r.Kind})
	return ""
}

func (e *Execution) cite(c cited) {
	if e.seen == nil { // a question
		return
	}
	if c.commit != "" {
		e.commits = append(e.commits, c)
	} else {
		e.fences = append(e.fences, c)
	}
}

// inRun judges what belongs to the newest run of a plan.
func (e *Execution) inRun(n Name, p Place, r *Record) string {
	run := e.runs.get(r.Plan)
	switch {
	case run.id == "" && e.part:
		return ""
	case run.id == "":
		return fmt.Sprintf("of %q, which has no run", r.Plan)
	case r.Kind == Result || r.Kind == Unknown: // perhaps of a run before
		return e.outcome(r)
	case r.Run != "" && r.Run != run.id:
		return fmt.Sprintf("of run %s, and %s is the newest of %s", r.Run, run.id, r.Plan)
	case r.Run == "" && r.Kind != Breach && r.Kind != Gate:
		return "it names no run"
	}
	switch r.Kind {
	case Schedule:
		return e.schedule(n, p, r, run)
	case WaveBegun:
		return e.waveBegun(r, run)
	case WavePaused:
		return e.paused(r, run)
	case WaveGoesOn:
		return waveWord(r)
	case Gate:
		return e.gate(r, run)
	case WaveEnded:
		return e.waveEnded(r, run)
	case RunEnded:
		return e.runEnded(r, run)
	case Claim:
		return e.claim(n, p, r, run)
	case Deferred:
		if r.Asset == "" || r.Code == "" {
			return "it names no asset or no code"
		}
	case Breach:
		return e.breach(r, run)
	}
	return ""
}

func (e *Execution) schedule(n Name, p Place, r *Record, run execRun) string {
	switch {
	case run.ended:
		return "a schedule of a run that has ended"
	case !isDigest(r.Schedule) || r.Commit == "":
		return "it names no schedule or no commit"
	}
	for _, m := range r.Moves {
		if m.Asset == "" || !slices.Contains(moveCodes, m.Code) {
			return fmt.Sprintf("%s moves with code %q, wanted one of %s", m.Asset, m.Code, strings.Join(moveCodes, " "))
		}
	}
	run.scheduled, run.commit = true, r.Commit
	e.runs.set(r.Plan, run)
	e.cite(cited{name: n, place: p, commit: r.Commit, kind: r.Kind})
	return ""
}

// moveCodes are why a placement moves (authority.md 3).
var moveCodes = strings.Fields("FREEZE WINDOW_CHANGED ASSET_ADDED ASSET_GONE MISSED_WINDOW HA_PEER_DOWN CAPACITY FEED TZDATA ENGINE")

func isDigest(text string) bool {
	const prefix = "sha256:"
	return len(text) == len(prefix)+64 && strings.HasPrefix(text, prefix) && strings.Trim(text[len(prefix):], "0123456789abcdef") == ""
}

func at(instant string) int64 {
	t, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		return 0
	}
	return t.Unix()
}

// ClaimKey is the idempotency key of a claim (authority.md 6).
func ClaimKey(repository, run, asset, grant string, attempt int64, segment string) string {
	b, err := canonical.Append(nil, []any{repository, run, asset, grant, attempt, segment})
	if err != nil {
		panic(err) // strings and an integer have a form
	}
	return canonical.Digest(b)
}
