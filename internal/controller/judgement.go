package controller

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/statement"
)

// judgement is a review with what it was made of.
type judgement struct {
	*review.Review
	author string // Person, "" unknown
	acts   []approval.Act
	key    string // of all that it depends on but the time
	at     time.Time
}

// errBudget says that an author's changes took all the time that a tick has for
// them.
var errBudget = errors.New("judged later: this author's changes used up their time in this tick")

// How long judging may take for one author in a tick, and for how long a change
// that waits for people is not judged again while nothing about it changes.
const (
	perAuthor = 30 * time.Second
	settled   = 10 * time.Minute
)

// exhausted reports whether finding out whose work an author's changes are took all the time
// that a tick has for them: histories may be long.
func (c *Controller) exhausted(v *View, ch change.Change) bool {
	for author, spent := range c.traced {
		if spent >= perAuthor && author == v.author(ch) {
			return true
		}
	}
	return false
}

// author is whose a change is as far as its head, or who opened it, alone says.
func (v *View) author(ch change.Change) string {
	if v.Root.Forge.Type != plainGit {
		return v.speaker("", ch.Author)
	}
	who, err := v.judge.Contributors(v.Book, v.revoked(), "", ch.Head, nil)
	if err != nil {
		return ""
	}
	return who.Author
}

// input is all that a review of a change depends on.
func (v *View) input(ctx context.Context, ch change.Change, landed string) (review.Input, error) {
	in := review.Input{
		Repository: v.Root.Repository, Target: v.Root.Target, Change: ch, Authorised: v.State.Tip, Landed: landed, Now: v.now,
		Revoked: v.revoked(),
	}
	var err error
	if in.Acts, in.Problems, err = v.Acts(ctx, ch); err != nil {
		return in, err
	}
	if why := Unspeakable(ch.Name); why != "" {
		in.Problems = append(in.Problems, why)
	}
	if in.Contributors, err = v.contributors(ctx, ch); err != nil {
		return in, err
	}
	if landed == "" {
		if in.Required, err = v.requiredOf(ctx, ch); err != nil {
			return in, err
		}
		in.Held = v.held()
	}
	return in, nil
}

// Unspeakable says why nobody can approve a change: no statement names it. "" somebody can.
func Unspeakable(name string) string {
	if name == mainChange || statement.CheckSubject(changeSubject+name) == nil {
		return ""
	}
	return "no statement can name this branch, so nobody can approve it: push it under a name of letters without accents, digits and ._/+@=-"
}

func (v *View) requiredOf(ctx context.Context, ch change.Change) ([]change.Required, error) {
	if known, ok := v.required[ch.Name]; ok {
		return known, nil
	}
	list, err := v.forge.Required(ctx, ch)
	if err == nil {
		v.required[ch.Name] = list
	}
	return list, err
}

// contributors are whose work a change is. What cannot be read is unknown, which
// denies where a rule excludes contributors.
func (v *View) contributors(ctx context.Context, ch change.Change) (change.Contributors, error) {
	key := authority.Key(ch.Name, ch.Head)
	if known, ok := v.who[key]; ok {
		return known, nil
	}
	who, err := v.askWho(ctx, ch)
	if err == nil {
		v.who[key] = who
	}
	return who, err
}

func (v *View) askWho(ctx context.Context, ch change.Change) (change.Contributors, error) {
	if v.Root.Forge.Type == plainGit || ch.Name == mainChange {
		return v.judge.Contributors(v.Book, v.revoked(), v.State.Tip, ch.Head, nil)
	}
	accounts, known, err := v.forge.Pushers(ctx, ch)
	if err != nil {
		return change.Contributors{}, err
	}
	return v.judge.Contributors(v.Book, v.revoked(), v.State.Tip, ch.Head, &Hosted{Opener: ch.Author, Pushers: accounts, Known: known})
}

// Hosted is what a forge knows of a change's contributors.
type Hosted struct {
	Opener  int64
	Pushers []int64
	Known   bool
}

// plainGit is the forge of a root whose changes are branches.
const plainGit = "git"

// held is why nothing merges now, whatever the verdict.
func (v *View) held() []string {
	if len(v.path) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s holds %s, which nobody authorised: nothing merges on top of it\n%s",
		v.Root.Target, short(v.Main), v.waysOut())}
}

// waysOut is what can be done about a blocked main.
func (v *View) waysOut() string {
	return fmt.Sprintf("approve it (patchops approve %s), or push a commit that reverts it to %s", mainChange, short(v.State.Tip))
}

// Review judges one open change, or "main".
func (v *View) Review(ctx context.Context, name string) (*review.Review, error) {
	ch, landed := v.mainChange(), v.Main
	if name != mainChange {
		var err error
		if ch, err = v.forge.Read(ctx, name); err != nil {
			return nil, err
		}
		landed = ""
	}
	in, err := v.input(ctx, ch, landed)
	if err != nil {
		return nil, err
	}
	r, err := v.judge.Review(ctx, in)
	if err != nil {
		return nil, err
	}
	return v.overdue(r), nil
}

// mainChange is main as if it were a change: what it holds beyond the tip.
func (v *View) mainChange() change.Change {
	return change.Change{Name: mainChange, Branch: v.Root.Target, Head: v.Main, Target: v.Root.Target, Title: "what " + v.Root.Target + " holds", Open: true}
}

// review judges a change, unless it was judged and nothing but the time moved.
func (c *Controller) review(ctx context.Context, v *View, ch change.Change, landed string) (*judgement, error) {
	in, err := v.input(ctx, ch, landed)
	if err != nil {
		return nil, err
	}
	key, err := keyOf(in)
	if err != nil {
		return nil, err
	}
	known := c.judged[ch.Name+" "+landed]
	if known != nil && known.key == key && (sameMinute(known.at, v.now) || landed == "" && !known.Unread && !known.Mergeable && waits(known) && v.now.Sub(known.at) < settled && !v.now.Before(known.at)) {
		return known, nil
	}
	author := in.Contributors.Author
	if landed == "" && c.spent[author] >= perAuthor {
		return nil, errBudget
	}
	began := c.Clock.Monotonic()
	r, err := c.Judge.Review(ctx, in)
	c.spent[author] += c.Clock.Monotonic() - began
	if err != nil {
		return nil, fmt.Errorf("judge %s: %w", ch.Name, err)
	}
	j := &judgement{Review: v.overdue(r), author: author, acts: in.Acts, key: key, at: v.now}
	c.judged[ch.Name+" "+landed] = j
	return j, nil
}

// stops reports whether an error ends the tick. All else is about one change, and
// denies that.
func stops(err error) bool {
	return Later(err) || errors.Is(err, resultlog.ErrIntegrity) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func sameMinute(a, b time.Time) bool { return a.Truncate(time.Minute).Equal(b.Truncate(time.Minute)) }

// waits reports whether people must act before the verdict can change.
func waits(j *judgement) bool { return j.Verdict.State != approval.Approved }

// keyOf is the digest of all that a review depends on but the time.
func keyOf(in review.Input) (string, error) {
	type act struct{ Evidence, Broken, Seen, Why string }
	key := struct {
		Change              change.Change
		Authorised, Landed  string
		Acts                []act
		Author              string
		People, Held, Wrong []string
		Unknown             []string
		Required            []change.Required
	}{
		Change: in.Change, Authorised: in.Authorised, Landed: in.Landed, Author: in.Contributors.Author,
		People: in.Contributors.People, Held: in.Held, Wrong: in.Problems, Required: in.Required,
	}
	for _, a := range in.Acts {
		key.Acts = append(key.Acts, act{a.Evidence, a.Broken, a.FirstSeen.String(), fmt.Sprint(a.Spent, a.Lapsed, a.RevokedBefore)})
	}
	key.Unknown = append(key.Unknown, fmt.Sprint(len(in.Revoked)))
	for _, u := range in.Contributors.Unknown {
		key.Unknown = append(key.Unknown, u.Commit+" "+u.Why)
	}
	b, err := canonical.Marshal(key)
	return canonical.Digest(b), err
}

// overdue refuses what touches a client whose break-glass ran out and that nobody
// ratified, but for the change that does so.
func (v *View) overdue(r *review.Review) *review.Review {
	why := v.unratified(r)
	if len(why) == 0 {
		return r
	}
	out := *r
	out.Why, out.Mergeable = append(slices.Clone(r.Why), why...), false
	return &out
}

func (v *View) unratified(r *review.Review) []string {
	var out []string
	for _, o := range v.overrides() {
		if o.Ratified || v.now.Before(o.Expires) || !slices.Contains(r.Clients, o.Client) || v.ratifies(r, o) {
			continue
		}
		out = append(out, fmt.Sprintf("the override of %s/%s by %v ran out at %s and nobody ratified it: a third person whom the rules ask approves override:%s/%s, or a change to that plan that somebody else than these approved since is merged",
			o.Client, o.Plan, o.Signers, o.Expires.Format(time.RFC3339), o.Client, o.Plan))
	}
	return out
}

// ratifies reports whether a change is to the plan of an override, and was approved since by
// somebody else than those who broke the glass.
func (v *View) ratifies(r *review.Review, o authority.Override) bool {
	if r.Landing == nil || !v.third(r, o) {
		return false
	}
	for _, d := range r.Landing.Documents {
		if d.Kind == "PatchPlan" && d.Name == o.Plan && (d.Client == o.Client || d.Client == "") {
			return true
		}
	}
	return false
}

// third reports whether an approval that a review counts is of a third person, and of after
// the override; one that is not recorded yet is.
func (v *View) third(r *review.Review, o authority.Override) bool {
	before := map[string]bool{}
	for _, evidence := range r.Verdict.Used {
		if seen, recorded := v.State.Seen[evidence]; recorded && seen.At.Before(o.At) {
			before[seen.Person] = true
		}
	}
	return slices.ContainsFunc(r.Verdict.Approvers, func(person string) bool {
		return v.Book.People[person].Name != "" && !before[person] && !slices.Contains(o.Signers, person)
	})
}
