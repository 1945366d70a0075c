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
	Beside  *Shape  // of another client in the same world, if any
	Most    int     // segments in flight at once, with another client
	Spared  bool    // nothing goes wrong with the first client's hosts, documents and people
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
func Run(o Options) Result { return play(o).result() }

// play is the world as it is in the end.
func play(o Options) *World {
	w := newWorld(o)
	for _, p := range w.procs {
		p.begin()
	}
	w.plan()
	last := epoch + (w.days()+5)*day
	for !w.over && w.next(last) && len(w.broken) == 0 {
		if limit := w.limit(); w.steps > limit {
			w.breach("P9", "%d steps, wanted at most %d: it does not settle", w.steps, limit)
		}
		if n, most := w.records(), w.recordsMost(); n > most {
			w.breach("P9", "%d records, wanted at most %d: the log grows without end", n, most)
		}
		if n := w.remote.seq[org]; n > 1500 {
			w.breach("P9", "the lease was taken %d times", n)
		}
	}
	if len(w.broken) == 0 {
		w.finish()
	}
	return w
}

func newWorld(o Options) *World {
	w := &World{
		rand: rand.New(rand.NewPCG(o.Seed, 0x5eed)), now: epoch, remote: newRemote(), docs: o.Library,
		crashAt: o.CrashAt, failAt: o.FailAt, how: o.How, tracing: o.Trace, spared: o.Spared, last: map[string]string{}, Faults: o.Faults, most: 64,
	}
	if w.docs == nil {
		w.docs = NewLibrary()
	}
	shape := o.Shape
	if shape == nil {
		shape = &Shapes[w.rand.IntN(len(Shapes))]
	}
	if w.Faults == nil {
		w.Faults = w.draw()
	}
	w.settle(o, shape)
	w.newProcess("one")
	if w.Faults.Two {
		w.newProcess("two")
	}
	w.busy = w.Faults.Until > 0 || len(w.crashAt) > 0 || w.failAt > 0
	return w
}

// finish judges the end.
func (w *World) finish() {
	w.kept()
	s := w.docs.reader.Beside()
	for i := range w.remote.entries {
		if err := s.Apply([]progress.Logged{w.remote.entries[i].Logged}, w.blob); err != nil {
			w.breach("P5", "the log cannot be folded: %v", err)
			return
		}
	}
	w.state = s
	for _, p := range w.parties {
		p.settled()
	}
	w.verify()
}

// verify judges the logs by the rules of log verify (P12).
func (w *World) verify() {
	logs := map[string][]resultlog.Record{}
	for i := range w.remote.entries {
		e := &w.remote.entries[i]
		logs[e.Client] = append(logs[e.Client], e.Record)
	}
	for _, client := range w.clients() {
		if why := resultlog.NewExecution(repository).Would(resultlog.Name{Repository: repository, Client: client, Year: 2026}, logs[client]); why != "" {
			w.breach("P12", "the log of %s does not verify: %s", client, why)
		}
	}
}

func (w *World) blob(_, digest string) ([]byte, error) { return w.remote.blobs[digest], nil }

func (w *World) result() Result {
	r := Result{
		Broken: w.broken, Trace: w.trace, Points: w.points, Calls: w.calls, Steps: w.steps, Records: len(w.remote.entries),
		Outcome: w.outcome(), Ended: w.now - epoch,
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
