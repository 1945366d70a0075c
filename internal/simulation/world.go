// Package simulation runs rollouts in a world that fails on purpose: one thread,
// virtual time, and nothing that is not decided by a seed. The runner and
// everything that it decides are the real ones; remote, disk, network, hosts,
// clocks and people are models that delay, lose, tear, lie, crash and come back
// (docs/reliability.md). What hosts went through is kept beside what they say of
// it, and the promises are judged by that.
package simulation

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/patchops/patchops/internal/progress"
)

// World is one simulated estate with its controllers.
type World struct {
	Faults *Faults
	rand   *rand.Rand
	now    int64
	events events
	count  int64 // of events so far, so that equal times have an order

	remote  *remote
	hosts   []*host
	parties []*party
	commits []string // ids of the commits
	docs    *Library
	procs   []*process
	points  int   // boundaries of actions so far
	crashAt []int // points at which the acting process dies, ascending
	failAt  int   // the call that fails; 0 none
	calls   int
	how     error // how it fails
	trace   []string
	tracing bool
	broken  []string // promises that were broken, in words
	steps   int
	quiet   bool // faults have ended
	busy    bool // there are faults at all
	over    bool
	state   *progress.State   // the log folded once more, at the end
	newest  int64             // time of the newest record
	last    map[string]string // of each log
	acked   []ack             // what was acknowledged
	most    int               // segments that a controller may have in flight
	spared  bool              // nothing goes wrong with the first party
}

// event is something that happens at an instant.
type event struct {
	at, order int64
	do        func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].order < e[j].order
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	old[len(old)-1] = event{}
	*e = old[:len(old)-1]
	return last
}

// at lets something happen later.
func (w *World) at(t int64, do func()) {
	w.count++
	heap.Push(&w.events, event{max(t, w.now), w.count, do})
}

func (w *World) in(seconds int64, do func()) { w.at(w.now+seconds, do) }

// next lets the next thing happen that is due until an instant.
func (w *World) next(until int64) bool {
	if len(w.events) == 0 || w.events[0].at > until {
		return false
	}
	e := heap.Pop(&w.events).(event)
	w.now = max(w.now, e.at)
	e.do()
	return true
}

// stall lets the world go on while one process stands still.
func (w *World) stall(p *process, seconds int64) {
	until := w.now + seconds
	p.stalled++
	w.notef("%s stands still for %d s", p.name, seconds)
	for w.next(until) {
	}
	p.stalled--
	w.now = max(w.now, until)
}

// chance is true so often in a thousand, while faults last.
func (w *World) chance(permille int) bool {
	return permille > 0 && !w.quiet && w.rand.IntN(1000) < permille
}

func (w *World) between(least, most int64) int64 {
	if most <= least {
		return least
	}
	return least + w.rand.Int64N(most-least+1)
}

// notef writes down what happened, for those who look at one seed.
func (w *World) notef(format string, args ...any) {
	if w.tracing {
		w.trace = append(w.trace, fmt.Sprintf("%s ", stamp(w.now))+fmt.Sprintf(format, args...))
	}
}

// breach writes down a broken promise.
func (w *World) breach(promise, format string, args ...any) {
	text := promise + ": " + fmt.Sprintf(format, args...)
	w.notef("BROKEN %s", text)
	if len(w.broken) < 20 {
		w.broken = append(w.broken, text)
	}
}

func stamp(t int64) string {
	since := t - epoch
	return fmt.Sprintf("day %d %02d:%02d:%02d", since/day, since%day/hour, since%hour/minute, since%minute)
}

// Library keeps documents that worlds have in common, and schedules that their processes
// decoded: reading them costs more than a rollout. It is for one goroutine.
type Library struct {
	books  map[string]*progress.Documents
	reader *progress.State // holds what was decoded, and no record
}

// NewLibrary is an empty one.
func NewLibrary() *Library {
	return &Library{books: map[string]*progress.Documents{}, reader: progress.Begin()}
}

func (l *Library) of(w *World, tip int, keep [][]int) *progress.Documents {
	var key strings.Builder
	key.WriteString(w.commit(tip))
	for _, hosts := range keep {
		for _, h := range hosts {
			key.WriteString(" " + hostName(h))
		}
		key.WriteByte(';')
	}
	d, known := l.books[key.String()]
	if !known {
		if len(l.books) > 256 {
			clear(l.books)
		}
		d = w.assemble(tip, keep)
		l.books[key.String()] = d
	}
	return d
}
