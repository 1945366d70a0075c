package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// Times between deeds of ours, in seconds.
const (
	keepLease  = 30  // a look at least so often while hosts are at work keeps the lease
	mendEvery  = 600 // a client whose records cannot be folded is tried again
	factsEvery = 60  // facts are read into the documents
	trustEvery = 10  // a clock that is not trusted is compared again
)

// lookAgain brings State to what the log says.
func (r *Runner) lookAgain(ctx context.Context) error {
	now := r.Clock.Now()
	if len(r.broken) > 0 && now >= r.mended {
		r.stale = true
	}
	again := r.stale || r.gone
	l, err := r.Ledger.Look(ctx, again)
	if err != nil {
		if errors.Is(err, ErrLost) {
			r.forsake()
		}
		return err
	}
	if f := r.Ledger.Fence(); f != r.fence {
		// Somebody may have led meanwhile: what we knew of hosts under the fence before is
		// not known any more, and the log may hold anything.
		r.fence = f
		if !museum.Planted("absent-survives-fence") {
			r.forsake()
		}
		if !l.Reset {
			return r.lookAgain(ctx)
		}
	}
	if len(l.New) > 0 && r.out.n > 0 && !l.Reset {
		// Others came first: what we hold follows them in the log, and must here too.
		r.stale = true
		return r.lookAgain(ctx)
	}
	since := "" // what came before is no news
	if l.Reset {
		if since = r.clock.newest; since == "" {
			since = always
		}
		r.forget()
	}
	if l.Tip != r.look.Tip || !slices.Equal(l.Blocked, r.look.Blocked) {
		r.version++
	}
	r.fold(l.New, since)
	l.New = nil
	r.clock.late = r.clock.behind(r.Clock.Now())
	r.look, r.stale, r.gone = l, false, false
	r.undoubt()
	return nil
}

// forsake is what follows from a lost lease: what was to be written is not ours to
// write. Answers of hosts are kept.
func (r *Runner) forsake() {
	r.stale = true
	clear(r.doubt)
	clear(r.absent)
}

// forget goes back to an empty state. Answers that no acknowledged record holds are
// taken in once more; notices that were sent are not sent again.
func (r *Runner) forget() {
	r.State = r.State.Again()
	for i := range r.unsure {
		if h := r.hands[r.unsure[i].Key]; h != nil {
			h.said = ""
		}
	}
	r.answers = append(r.unsure, r.answers...)
	r.unsure = nil
	for key, s := range r.told {
		s.lost = true
		r.told[key] = s
	}
	for _, g := range r.gates {
		g.lost = true
	}
	r.out.clear()
	r.news = r.news[:0]
	for client, why := range r.broken {
		if r.Clock.Now() >= r.mended || why == "" {
			delete(r.broken, client)
		}
	}
	r.clock.newest = ""
	r.docs.facts = true
	r.replanned = ""
	r.version++
}

// undoubt finds out which claims of an unacknowledged flush are in the log: nobody
// dispatched them, so that they are as good as absent on their hosts.
func (r *Runner) undoubt() {
	for key := range r.doubt {
		r.absent[key] = true
	}
	clear(r.doubt)
	for key := range r.absent {
		if r.claimOf(key) == nil {
			delete(r.absent, key)
		}
	}
}

// claimOf is the open claim with a key.
func (r *Runner) claimOf(key string) *progress.Claim {
	if h := r.hands[key]; h != nil {
		return r.claim(h.run, key)
	}
	for plan := range r.State.Runs {
		if c := r.claim(plan, key); c != nil {
			return c
		}
	}
	return nil
}

func (r *Runner) claim(run, key string) *progress.Claim { return r.State.Claim(run, key) }

// always is later than every record.
const always = "~"

// fold takes records into State, client by client: one whose records cannot follow
// what is there stands still, and no other does. Events are made of those after since.
func (r *Runner) fold(records []progress.Logged, since string) {
	for len(records) > 0 {
		n, client := 1, records[0].Client
		for n < len(records) && records[n].Client == client {
			n++
		}
		r.foldOne(client, records[:n], since)
		records = records[n:]
	}
}

func (r *Runner) foldOne(client string, records []progress.Logged, since string) {
	if r.broken[client] != "" {
		return
	}
	if err := r.think.apply(r.State, records, r.blob); err != nil {
		r.breaks(client, fmt.Sprintf("the log of %s cannot be followed: %v", client, err))
		return
	}
	r.version++
	for i := range records {
		record := &records[i].Record
		r.clock.heard(record.T)
		r.docs.hear(record.Kind)
		if record.T > since {
			r.show(client, record)
		}
		switch record.Kind {
		case resultlog.Result:
			delete(r.absent, record.Key)
		case resultlog.Gate:
			r.landed(client, record)
		}
	}
}

// breaks has a client stand still for a while.
func (r *Runner) breaks(client, why string) {
	r.broken[client] = why
	r.mended = r.Clock.Now() + mendEvery
	r.stale = true
	r.version++
	r.tell(Event{Kind: "error", Client: client, Text: why})
}

// blob reads one of the log, or one that is about to be there.
func (r *Runner) blob(client, digest string) ([]byte, error) {
	if b := r.out.blobs[digest]; b != nil {
		return b, nil
	}
	return r.Ledger.Blob(client, digest)
}
