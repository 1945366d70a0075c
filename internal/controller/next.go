package controller

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/resultlog"
)

// deed is the one thing to do next.
type deed struct {
	what string
	do   func(ctx context.Context) error
}

// flushing is a deed that is one flush.
func (c *Controller) flushing(v *View, f flush, format string, args ...any) *deed {
	return &deed{fmt.Sprintf(format, args...), func(ctx context.Context) error { return c.push(ctx, v, f) }}
}

// next says what to do, in the order in which things depend on one another; nil
// if nothing is to be done. Changes are judged here, and nothing else happens.
func (c *Controller) next(ctx context.Context, v *View) (*deed, error) {
	for _, step := range []func(context.Context, *View) (*deed, error){
		c.mend, c.begin, c.record, c.breakGlass, c.recover, c.adopt, c.land, c.tell,
	} {
		d, err := step(ctx, v)
		if d != nil || err != nil {
			return d, err
		}
	}
	return nil, nil
}

// mend puts the last good tree on top of what others wrote on a log's branch.
func (c *Controller) mend(_ context.Context, v *View) (*deed, error) {
	for _, branch := range slices.Sorted(maps.Keys(v.logs)) {
		l := v.logs[branch]
		if !l.foreign() || l.good == "" && !v.emptied(l) {
			continue
		}
		_, aside := v.aside(l)
		if newest, on := v.newest(l.log.Name.Client, v.time()); on != l || newest.Name != l.log.Name {
			if aside != "" && l.good != "" {
				return c.mendClosed(v, l, aside), nil
			}
			c.report.problem("branch %s, of a closed log, was written to by others: %s", branch, l.why)
			continue
		}
		f := flush{touch: []string{l.log.Name.Client}}
		if aside != "" {
			return c.flushing(v, f, "took %s back to %d records, and set commit %s aside: it has %s", branch, l.log.Size, short(l.tip), aside), nil
		}
		return c.flushing(v, f, "mended %s: others wrote commit %s on it", branch, short(l.tip)), nil
	}
	return nil, nil
}

// begin records the root of trust where the log does not hold it: the first, and
// each that follows.
func (c *Controller) begin(_ context.Context, v *View) (*deed, error) {
	if sameRoot(v.State.Root, v.rootText) {
		return nil, nil
	}
	what := fmt.Sprintf("recorded the root of trust, version %d", v.Root.Version)
	if v.State.Root != "" {
		r := resultlog.Record{Kind: resultlog.RootKind, Root: v.rootText, Commit: v.Root.Genesis.Commit}
		return c.flushing(v, flush{entries: []entry{{record: r, clients: []string{resultlog.Org}}}, touch: c.keyless(v)}, "%s", what), nil
	}
	m, err := c.Judge.Manifest(v.Root.Genesis.Commit)
	if err != nil {
		return nil, fmt.Errorf("the genesis of the root of trust: %w", err)
	}
	if m != v.Root.Genesis.Manifest {
		return nil, fmt.Errorf("%w: the genesis %s has the manifest %s, and the root of trust says %s",
			resultlog.ErrIntegrity, v.Root.Genesis.Commit, m, v.Root.Genesis.Manifest)
	}
	return c.flushing(v, flush{}, "%s", what), nil
}

// keyless are the clients whose newest logs do not tell yet of a new log key, or of one
// that is revoked.
func (c *Controller) keyless(v *View) []string {
	var out []string
	for _, client := range clientsOf(v) {
		if last := v.last(client); last != nil && !last.foreign() && c.shut(v, client) == "" &&
			len(c.newKeys(last.log, v.time()))+len(v.revocations(last.log, v.time())) > 0 {
			out = append(out, client)
		}
	}
	return out
}

// open are the open changes that were not merged, those of Persons first.
func (c *Controller) open(ctx context.Context, v *View) ([]change.Change, error) {
	all, err := v.Changes(ctx)
	if err != nil {
		return nil, err
	}
	var persons, others []change.Change
	for _, ch := range c.turns(v, all) {
		if c.Only != "" && ch.Name != c.Only || c.later(ch) {
			continue
		}
		if c.exhausted(v, ch) {
			c.report.later(ch, errBudget.Error())
			continue
		}
		began := c.Clock.Monotonic()
		who, err := v.contributors(ctx, ch)
		c.traced[who.Author] += c.Clock.Monotonic() - began
		if c.bears(ch, err) {
			continue
		}
		if err != nil {
			c.report.problem("%s: %v", ch.Name, err)
			continue
		}
		if who.Author != "" {
			persons = append(persons, ch)
		} else {
			others = append(others, ch)
		}
	}
	return append(persons, others...), nil
}

// record records what people said since: first of keys, plans and gates, so that a
// key that is revoked is so before what else it signed is seen.
func (c *Controller) record(ctx context.Context, v *View) (*deed, error) {
	if d := c.recording(v, v.otherWords()); d != nil {
		return d, nil
	}
	var entries []entry
	changes, err := c.open(ctx, v)
	if err != nil {
		return nil, err
	}
	for _, ch := range changes {
		more, err := c.unseen(ctx, v, ch, "")
		if err != nil && !c.bears(ch, err) {
			return nil, err
		}
		entries = append(entries, more...)
	}
	more, err := c.unseenOnMain(ctx, v, changes)
	if err != nil {
		return nil, err
	}
	if entries = append(entries, more...); len(entries) == 0 {
		return nil, nil
	}
	return c.recording(v, entries), nil
}

// recording is a flush of what people said and what they were told; the rest, if it is
// too much for one, is for the next step.
func (c *Controller) recording(v *View, entries []entry) *deed {
	if entries = c.part(c.writable(v, entries)); len(entries) == 0 {
		return nil
	}
	var words []string
	for _, e := range entries {
		words = append(words, line(e.record))
	}
	return c.flushing(v, flush{entries: entries}, "recorded %s", strings.Join(words, "; "))
}

// unseenOnMain are the acts on what main holds beyond the tip, and on the changes
// that may have been merged there by hand.
func (c *Controller) unseenOnMain(ctx context.Context, v *View, open []change.Change) ([]entry, error) {
	if len(v.path) == 0 {
		return nil, nil
	}
	entries, err := c.unseen(ctx, v, v.mainChange(), v.Main)
	if err != nil {
		return nil, err
	}
	merged, err := c.candidates(ctx, v, v.Main)
	if err != nil {
		return nil, err
	}
	for i, ch := range merged {
		same := func(o change.Change) bool { return o.Name == ch.Name }
		if slices.ContainsFunc(open, same) || slices.ContainsFunc(merged[:i], same) {
			continue // at another head, with the same acts
		}
		more, err := c.unseen(ctx, v, ch, "")
		if err != nil {
			return nil, err
		}
		entries = append(entries, more...)
	}
	return entries, nil
}

// unseen are the acts on a change that no log holds, by people who may speak.
func (c *Controller) unseen(ctx context.Context, v *View, ch change.Change, landed string) ([]entry, error) {
	acts, _, err := v.Acts(ctx, ch)
	if err != nil && !stops(err) {
		return nil, nil // told where all changes are judged
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ch.Name, err)
	}
	if !slices.ContainsFunc(acts, v.recordable) {
		return nil, nil
	}
	j, err := c.review(ctx, v, ch, landed)
	if err != nil && stops(err) {
		return nil, err
	}
	if err != nil {
		return nil, nil //nolint:nilerr // it is told where all changes are judged
	}
	var out []entry
	for _, a := range acts {
		// What a forge's review accepts is not known where a document was not evaluated. Of an
		// older head that does not matter.
		if v.recordable(a) && (!j.Unread || j.Proposed != nil || a.Key != "" || a.Verdict != approval.SaysApproved) {
			out = append(out, v.actEntry(a, j))
		}
	}
	return out, nil
}

// recordable reports whether an act is new, and by an active Person.
func (v *View) recordable(a approval.Act) bool {
	if !a.FirstSeen.IsZero() || a.Broken != "" || a.RevokedBefore || a.Target == anotherBranch && a.Verdict == approval.SaysApproved {
		return false
	}
	return v.speaker(a.Key, a.Account) != ""
}

// speaker is the active Person with a key or account; "" if there is none, or
// several claim it.
func (v *View) speaker(key string, account int64) string {
	name, _ := v.Book.Speaker(key, account)
	if !v.Book.People[name].Active {
		return ""
	}
	return name
}

// actEntry is the record of an act on a change. What a review accepts is what its
// change's findings are now, when it is first seen.
func (v *View) actEntry(a approval.Act, j *judgement) entry {
	r := resultlog.Record{
		Change: a.Change, Head: a.Head, Base: a.Base, Effect: a.Effect, Accepts: a.Accepts, Evidence: a.Evidence,
		AsOf: resultlog.Instant(a.AsOf), Reason: a.Reason,
		Actor: &resultlog.Actor{Kind: "person", ID: v.speaker(a.Key, a.Account), Key: a.Key, Account: a.Account},
	}
	if s, c := v.statement(a.Evidence); s != nil {
		r.Kind, r.Statement, r.Tip = kinds[s.what.Act], &s.signed, c.tip
	} else if f := v.forgeReview(j.Change.Name, a.Evidence); f != nil {
		r.Actor.Kind = "account"
		r.Kind = map[string]resultlog.Kind{"approved": resultlog.Approval, "rejected": resultlog.Rejection, "withdrawn": resultlog.Withdrawal}[a.Verdict]
		r.Review = &resultlog.Review{ID: f.ID, Account: f.Account, Commit: f.Commit, State: f.State, Submitted: resultlog.Instant(f.Submitted)}
		if r.Kind == resultlog.Approval && f.Commit == j.Change.Head {
			r.Base, r.Accepts = j.Base, j.Accepts
			if j.Proposed != nil {
				r.Effect = j.Proposed.Digest().String()
			}
		}
	}
	proposed := j.Proposed
	if j.Change.Name == mainChange {
		proposed = j.Landing
	}
	return about(r, proposed)
}

func (v *View) statement(evidence string) (*said, *chain) {
	for i := range v.chains {
		for k := range v.chains[i].said {
			if s := &v.chains[i].said[k]; s.evidence == evidence {
				return s, &v.chains[i]
			}
		}
	}
	return nil, nil
}

func (v *View) forgeReview(name, evidence string) *forgeReview {
	for i, r := range v.reviews[name] {
		if r.evidence == evidence {
			return &v.reviews[name][i]
		}
	}
	return nil
}

// tell records what was refused and what ran out, once each.
func (c *Controller) tell(ctx context.Context, v *View) (*deed, error) {
	changes, err := c.open(ctx, v)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, ch := range changes {
		j := c.judged[ch.Name+" "]
		if j == nil || j.Change.Head != ch.Head || j.Authorised != v.State.Tip {
			continue
		}
		if r, ok := denial(v, j); ok {
			entries = append(entries, about(r, affected(j)))
		}
		entries = append(entries, v.expired(j)...)
	}
	if len(entries) == 0 {
		return nil, nil
	}
	return c.recording(v, entries), nil
}

// affected is the effect that says whose logs a judgement belongs to.
func affected(j *judgement) *effect.Effect {
	if j.Landing != nil {
		return j.Landing
	}
	return j.Proposed
}
