package simulation

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// Options say what is simulated. The same options give the same world.
type Options struct {
	Seed    uint64
	Shape   *Shape  // nil: drawn
	Faults  *Faults // nil: drawn
	Library *Library
	Trace   bool
	CrashAt []int // boundaries at which the acting process is killed, in order
	FailAt  int   // the call that fails
	How     error // and how
}

// Result is what became of a world.
type Result struct {
	Broken  []string // promises, in words
	Trace   []string
	Points  int // boundaries of actions
	Calls   int
	Steps   int // of controllers
	Records int
	End     string // state of every host, and of the run
	Outcome string // of the run: done, partial, failed, aborted; "" it is held
	Digest  uint64 // of everything that happened in the log
	Ended   int64
}

// Run simulates one rollout from its beginning until it has ended or waits for a
// person who does not come.
func Run(o Options) Result {
	w := newWorld(o)
	for _, p := range w.procs {
		p.begin()
	}
	w.plan()
	last := epoch + (w.Shape.Days+5)*day
	for !w.over && w.next(last) && len(w.broken) == 0 {
		if limit := w.limit(); w.steps > limit {
			w.breach("P9", "%d steps, wanted at most %d: it does not settle", w.steps, limit)
		}
		if n, most := w.records(), 150+60*w.Shape.Hosts+2*w.Shape.Hosts*int((w.now-epoch)/hour); n > most {
			w.breach("P9", "%d records, wanted at most %d: the log grows without end", n, most)
		}
		if n := w.remote.seq[org]; n > 1500 {
			w.breach("P9", "the lease was taken %d times", n)
		}
	}
	if len(w.broken) == 0 {
		w.finish()
	}
	return w.result()
}

func newWorld(o Options) *World {
	w := &World{
		rand: rand.New(rand.NewPCG(o.Seed, 0x5eed)), now: epoch, remote: newRemote(), docs: o.Library,
		crashAt: o.CrashAt, failAt: o.FailAt, how: o.How, tracing: o.Trace, Shape: o.Shape, Faults: o.Faults,
	}
	if w.docs == nil {
		w.docs = NewLibrary()
	}
	if w.Shape == nil {
		w.Shape = &Shapes[w.rand.IntN(len(Shapes))]
	}
	if w.Faults == nil {
		w.Faults = w.draw()
	}
	w.tips = []Tip{{Version: "1.1"}}
	for i := range w.Shape.Hosts {
		w.hosts = append(w.hosts, w.newHost(i))
	}
	w.newProcess("one")
	if w.Faults.Two {
		w.newProcess("two")
	}
	w.judge = newJudge(w)
	w.busy = w.Faults.Until > 0 || len(w.crashAt) > 0 || w.failAt > 0
	return w
}

// commit is the id of a tip.
func (w *World) commit(tip int) string {
	for i := len(w.commits); i <= tip; i++ {
		w.commits = append(w.commits, commitOf(w.Shape.Name, &w.tips[i]))
	}
	return w.commits[tip]
}

func commitOf(shape string, t *Tip) string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %v", shape, *t)
	return fmt.Sprintf("%040x", h.Sum64())
}

// documents are those of a commit. Hosts with a session under way keep their job
// whatever is excepted, as internal/jobs keeps it.
func (w *World) documents(commit string, s *progress.State) *progress.Documents {
	for i := range w.tips {
		if w.commit(i) != commit {
			continue
		}
		t := &w.tips[i]
		var keep []int
		for _, h := range t.Excepted {
			if run := s.Runs[planKey]; run != nil && run.Hosts[hostName(h)] != nil && run.Hosts[hostName(h)].Busy() {
				keep = append(keep, h)
			}
		}
		return w.docs.of(w.Shape, t, commit, keep)
	}
	panic("no documents of " + commit)
}

// limit is how many steps a rollout may take: ten times those without faults, and
// those that time alone asks for.
func (w *World) limit() int {
	return 10*w.Shape.usual() + int(w.now-epoch)/10*len(w.procs)
}

// records are those of the client: leases come and go with time.
func (w *World) records() int { return int(w.remote.seq[client]) }

// finish judges the end.
func (w *World) finish() {
	w.judge.kept()
	s := w.docs.reader.Beside()
	for i := range w.remote.entries {
		if err := s.Apply([]progress.Logged{w.remote.entries[i].Logged}, w.blob); err != nil {
			w.breach("P5", "the log cannot be folded: %v", err)
			return
		}
	}
	w.state = s
	w.settled()
	w.verify()
}

// verify judges the log by the rules of log verify (P12).
func (w *World) verify() {
	var records []resultlog.Record
	for i := range w.remote.entries {
		if e := &w.remote.entries[i]; e.Client == client {
			records = append(records, e.Record)
		}
	}
	if why := resultlog.NewExecution(repository).Would(resultlog.Name{Repository: repository, Client: client, Year: 2026}, records); why != "" {
		w.breach("P12", "the log does not verify: %s", why)
	}
}

func (w *World) blob(_, digest string) ([]byte, error) { return w.remote.blobs[digest], nil }

func (w *World) result() Result {
	r := Result{
		Broken: w.broken, Trace: w.trace, Points: w.points, Calls: w.calls, Steps: w.steps, Records: len(w.remote.entries),
		Outcome: w.judge.over, Ended: w.now - epoch,
	}
	if w.state != nil {
		r.End = w.end()
	}
	h := fnv.New64a()
	for i := range w.remote.entries {
		fmt.Fprintf(h, "%v", summary(&w.remote.entries[i].Record))
	}
	r.Digest = h.Sum64()
	return r
}

// summary is a record in one line.
func summary(r *resultlog.Record) string {
	return fmt.Sprint(r.Seq, r.T, r.Kind, r.Fence, r.Wave, r.Asset, r.Segment, r.Attempt, r.Outcome, r.Code, r.Class, r.Key, r.Why, r.NotAfter)
}
