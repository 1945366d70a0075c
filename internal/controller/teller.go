package controller

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/notify"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/runner"
	"github.com/patchops/patchops/internal/window"
)

// teller sends notices and measures gates beside the loop (runner.Tell): whoever asks
// is told that it is under way, asks again, and is woken when it is done.
type teller struct {
	c      *Controller
	r      *rolling
	sender *notify.Sender
	places chan struct{} // one for each that may be under way

	mu    sync.Mutex
	going map[string]*errand
}

// errand is something that is done beside the loop.
type errand struct {
	done bool
	at   time.Duration // when it was done, by the monotonic clock
	say  string        // channel or outcome
	why  string
	err  error
}

// mostErrands is how many notices and probes are under way at once.
const mostErrands = 8

func newTeller(c *Controller, r *rolling) *teller {
	return &teller{
		c: c, r: r, sender: &notify.Sender{Routes: r.Notify, Now: c.Clock.Now},
		places: make(chan struct{}, mostErrands), going: map[string]*errand{},
	}
}

// errand begins what is not under way, and takes what is done.
func (t *teller) errand(key string, do func(ctx context.Context) errand) (errand, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.going[key]; e != nil {
		if e.done {
			delete(t.going, key)
		}
		return *e, e.done
	}
	e := &errand{}
	t.going[key] = e
	t.r.pool.work.Go(func() {
		select {
		case t.places <- struct{}{}:
		case <-t.r.pool.ctx.Done():
			return
		}
		out := safely(t.r.pool.ctx, do)
		<-t.places
		out.done, out.at = true, t.c.Clock.Monotonic()
		t.mu.Lock()
		*e = out
		t.mu.Unlock()
		t.r.pool.ring()
	})
	return errand{}, false
}

func safely(ctx context.Context, do func(ctx context.Context) errand) (out errand) {
	defer func() {
		if v := recover(); v != nil {
			out = errand{err: fmt.Errorf("a bug: %v", v), say: inconclusive, why: "a bug"}
		}
	}()
	return do(ctx)
}

// unasked is after how long nobody asks any more what came of an errand: a hold came
// meanwhile, say.
const unasked = time.Minute

// busy reports whether something is under way.
func (t *teller) busy() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range t.going {
		if !e.done || t.c.Clock.Monotonic()-e.at < unasked {
			return true
		}
	}
	return false
}

// Notify implements runner.Tell.
func (t *teller) Notify(_ context.Context, client, plan string, n rollout.Notice) (string, error) {
	m, err := t.message(client, plan, n)
	if err != nil {
		return "", err
	}
	e, done := t.errand("notice "+m.ID, func(ctx context.Context) errand {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
		defer cancel()
		channel, err := t.sender.Send(ctx, n.Channels, m)
		return errand{say: channel, err: err}
	})
	switch {
	case !done:
		return "", runner.ErrPending
	case errors.Is(e.err, notify.ErrByHand) && onlyByHand(n.Channels):
		return "phone", fmt.Errorf("call %s and say so with patchops notice done: %w", m.Phone, e.err)
	}
	return e.say, e.err
}

// onlyByHand reports whether no channel is one that a machine could serve.
func onlyByHand(channels []string) bool {
	for _, c := range channels {
		if c != "phone" {
			return false
		}
	}
	return true
}

// message is what a contact is told: local times are those of the client's zone.
func (t *teller) message(client, plan string, n rollout.Notice) (notify.Message, error) {
	view := t.r.ledger.view
	r, ok := view.judge.(reader)
	if !ok {
		return notify.Message{}, errors.New("this judge reads no documents")
	}
	all, _, err := r.Corpus(view.State.Tip)
	if err != nil {
		return notify.Message{}, err
	}
	name := n.Contact
	if owner, short, both := strings.Cut(n.Contact, "/"); both && owner == client {
		name = short
	}
	root := all.View(corpus.Global).Document("Contact", client, name)
	if root == nil {
		return notify.Message{}, fmt.Errorf("contact %s/%s is in no document", client, name)
	}
	said := root.Get("spec")
	zone, err := window.Zone(all.Zone(client))
	if err != nil {
		return notify.Message{}, err
	}
	m := notify.Message{
		Repository: view.Root.Repository, Client: client, Plan: plan, Contact: name, Name: said.Get("name").Text(),
		Email: said.Get("email").Text(), Phone: said.Get("phone").Text(), Window: n.Window, Assets: n.Assets,
	}
	m = m.Write(time.Unix(n.Occurrence, 0), zone)
	b, err := canonical.Marshal([]string{m.Repository, client, plan, name, n.Window, m.Occurrence})
	m.ID = strings.TrimPrefix(canonical.Digest(b), "sha256:")
	return m, err
}

// Measure implements runner.Tell.
func (t *teller) Measure(_ context.Context, client, plan, wave string, g progress.Gate, assets []string) (outcome, why string) {
	probe, err := t.probe(client, plan, wave, g, assets)
	if err != nil {
		return inconclusive, err.Error()
	}
	e, done := t.errand("gate "+strings.Join([]string{client, plan, wave, g.Name}, "/"), func(ctx context.Context) errand {
		out, why := probe.measure(ctx)
		return errand{say: out, why: why}
	})
	if !done {
		return "", ""
	}
	return e.say, e.why
}
