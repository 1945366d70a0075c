package runnertest

import (
	"context"
	"errors"
	"fmt"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/runner"
)

// World is one estate with one log. Controllers come and go.
type World struct {
	*Time
	Log   *Log
	Hosts *Hosts
	Docs  *Docs
	Tell  *Tell

	processes int
}

// Node is one process of a controller.
type Node struct {
	*runner.Runner
	World  *World
	Clock  *Clock
	Ledger *Ledger
	Exec   *Exec
}

// New is a world with documents; the first are those of the authorised tip, and its time
// is their AsOf.
func New(docs ...*progress.Documents) *World {
	t := Begin(docs[0].Input.AsOf)
	w := &World{Time: t, Log: NewLog(docs[0].Commit), Hosts: NewHosts(t), Docs: NewDocs(docs...), Tell: &Tell{}}
	for _, d := range docs {
		for _, p := range d.Plans {
			for _, j := range p.Jobs {
				w.Hosts.Host(p.Client, j.Asset)
			}
		}
	}
	return w
}

// Node starts a process. What one before it had in memory is gone if nobody steps that
// any more.
func (w *World) Node() *Node {
	w.processes++
	clock := &Clock{Time: w.Time}
	n := &Node{World: w, Clock: clock, Ledger: NewLedger(w.Log, clock, w.processes), Exec: NewExec(w.Hosts)}
	n.Runner = runner.New(runner.Options{
		Ledger: n.Ledger, Exec: n.Exec, Tell: w.Tell, Documents: w.Docs, Clock: clock, Repository: "repository", Quiet: true,
	})
	return n
}

// Passes reports whether an error of a step passes.
func Passes(err error) bool {
	return errors.Is(err, runner.ErrLost) || errors.Is(err, runner.ErrRemote) || errors.Is(err, runner.ErrRace) || errors.Is(err, runner.ErrFull)
}

// Next is when a node is to step again, after a report: an answer, or its wake; 0 never.
func (n *Node) Next(r runner.Report) int64 {
	next := r.Wake
	for _, t := range []int64{n.Exec.Next(), n.World.Hosts.Next()} {
		if t > 0 && (next == 0 || t+n.Clock.Offset < next) {
			next = t + n.Clock.Offset
		}
	}
	if next == 0 {
		return 0
	}
	return max(next-n.Clock.Offset, n.World.Seconds())
}

// Run steps a node until nothing is left to do by time, or the instant; errors that pass
// are stepped through.
func (n *Node) Run(until int64) (runner.Report, error) {
	still := 0
	for {
		before := n.World.Millis
		r, err := n.Step(context.Background())
		if err != nil && !Passes(err) {
			return r, err
		}
		next := n.Next(r)
		if next == 0 || next > until {
			n.World.To(until)
			return r, err
		}
		n.World.To(next)
		if still++; n.World.Millis > before {
			still = 0
		}
		if still > 1000 {
			return r, fmt.Errorf("at %d: 1000 steps in which no time passed", n.World.Seconds())
		}
	}
}
