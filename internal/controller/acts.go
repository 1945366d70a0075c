package controller

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/statement"
)

// mainChange is the name under which people approve what already is on main.
const mainChange = "main"

// changeSubject begins the subject of a statement on a change.
const changeSubject = "change:"

// subjectOf is what statements on a change have as their subject.
func subjectOf(name string) string {
	if name == mainChange {
		return mainChange
	}
	return changeSubject + name
}

// verdicts are what statements say of a change, in the words of approval.
var verdicts = map[string]string{
	statement.Approve: "approved", statement.Reject: "rejected", statement.Withdraw: "withdrawn", statement.Consent: "consented",
}

// kinds are the records of statements on changes.
var kinds = map[string]resultlog.Kind{
	statement.Approve: resultlog.Approval, statement.Reject: resultlog.Rejection,
	statement.Withdraw: resultlog.Withdrawal, statement.Consent: resultlog.Consent,
}

// forgeReview is a review of a forge with its evidence.
type forgeReview struct {
	change.Review
	evidence string
}

// Acts are what people did to a change, from the logs, their chains and the
// forge. Problems are what could not be read: each denies.
func (v *View) Acts(ctx context.Context, c change.Change) (acts []approval.Act, problems []string, err error) {
	known := map[string]bool{}
	for _, a := range v.State.Acts {
		if a.Record.Change != c.Name {
			continue
		}
		act, err := v.recorded(a)
		if err != nil {
			return nil, nil, err
		}
		known[act.Evidence] = true
		acts = append(acts, act)
	}
	acts = append(acts, v.unrecorded(c.Name, known)...)
	if c.Name == mainChange {
		return acts, nil, nil
	}
	reviews, err := v.reviewsOf(ctx, c.Name)
	if errors.Is(err, ErrNoChange) {
		return acts, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	for _, r := range reviews {
		if _, seen := v.State.Seen[r.evidence]; seen {
			continue // of this change, or by a forge that shows it twice
		}
		if act, ok := v.reviewAct(c, r); ok {
			acts = append(acts, act)
		}
	}
	return acts, nil, nil
}

// unrecorded are the statements on a change that are on chains only.
func (v *View) unrecorded(name string, known map[string]bool) []approval.Act {
	var out []approval.Act
	for _, c := range v.chains {
		for _, s := range c.said {
			if s.what.Subject != subjectOf(name) || known[s.evidence] || verdicts[s.what.Act] == "" {
				continue
			}
			act := statementAct(s)
			act.Broken = v.broken[c.person]
			_, act.RevokedBefore = v.revoked()[act.Key]
			out = append(out, act)
		}
	}
	return out
}

// revoked are the keys that sign nothing any more: those that are recorded, and those
// that somebody said it of, which is recorded before any act that is not yet.
func (v *View) revoked() map[string]int64 {
	if v.gone == nil {
		v.gone = maps.Clone(v.State.Revoked)
		for _, e := range v.otherWords() {
			if _, known := v.gone[e.record.Key]; e.record.Kind == resultlog.KeyRevoke && !known {
				v.gone[e.record.Key] = math.MaxInt64
			}
		}
	}
	return v.gone
}

// recorded is an act as the log holds it. Its statement is checked again: the log
// says when it was seen, and the signature who said it.
func (v *View) recorded(a authority.Act) (approval.Act, error) {
	r := a.Record
	var act approval.Act
	switch {
	case r.Statement != nil:
		s, err := v.signed(*r.Statement, r.Evidence)
		if err != nil {
			return act, fmt.Errorf("%w: the statement of a recorded %s on %s: %w", resultlog.ErrIntegrity, r.Kind, r.Change, err)
		}
		act = statementAct(s)
	case r.Review != nil:
		act = approval.Act{
			Evidence: r.Evidence, Account: r.Review.Account, Claimed: personOf(r), Verdict: reviewVerdicts[r.Review.State],
			Repository: v.Root.Repository, Target: v.Root.Target, Change: r.Change, Head: r.Review.Commit, Accepts: r.Accepts,
			AsOf: instant(r.Review.Submitted), Serial: r.Review.ID,
		}
	default:
		return act, fmt.Errorf("%w: a recorded %s on %s has neither statement nor review", resultlog.ErrIntegrity, r.Kind, r.Change)
	}
	seen := v.State.Seen[r.Evidence]
	act.FirstSeen, act.Position = seen.At, seen.Position
	_, act.Spent = v.State.Spent[r.Evidence]
	act.Lapsed = v.State.Expired[r.Evidence]
	if revoked, ok := v.State.Revoked[act.Key]; ok && act.Key != "" {
		act.RevokedBefore = revoked < seen.Position
	}
	return act, nil
}

// signed checks a statement's signature, once for each.
func (v *View) signed(signed statement.Signed, evidence string) (said, error) {
	digest := signed.Digest()
	if digest != evidence {
		return said{}, fmt.Errorf("its digest is %s, and %s is recorded", digest, evidence)
	}
	if known, ok := v.opened[digest]; ok {
		return known, nil
	}
	s := said{signed: signed, evidence: digest}
	var err error
	if s.what, s.key, err = signed.Open(); err == nil {
		v.opened[digest] = s
	}
	return s, err
}

func personOf(r resultlog.Record) string {
	if r.Actor == nil {
		return ""
	}
	return r.Actor.ID
}

func statementAct(s said) approval.Act {
	w := s.what
	return approval.Act{
		Evidence: s.evidence, Key: s.key.Fingerprint(), Claimed: w.Person, Verdict: verdicts[w.Act],
		Repository: w.Repository, Target: w.Target, Change: strings.TrimPrefix(w.Subject, changeSubject),
		Head: w.Head, Base: w.Base, Effect: w.Effect, Accepts: w.Accepts, Reason: w.Reason,
		Contact: w.Contact, By: w.By, Text: w.Text,
		AsOf: instant(w.AsOf), Expires: instant(w.Expires), Serial: w.Serial,
	}
}

// instant reads a time that was checked, or none.
func instant(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// reviewVerdicts are the states of reviews that count (R6).
var reviewVerdicts = map[string]string{
	"APPROVED": "approved", "CHANGES_REQUESTED": "rejected", "DISMISSED": "withdrawn",
}

// anotherBranch is the target of a review that was submitted before its change was
// for ours: people looked at the difference with that branch (A12).
const anotherBranch = "the branch that it was for then"

// reviewAct is a review that is not recorded yet. What it accepts is computed
// when it is recorded, and until then it accepts nothing.
func (v *View) reviewAct(c change.Change, r forgeReview) (approval.Act, bool) {
	verdict := reviewVerdicts[r.State]
	if verdict == "" {
		return approval.Act{}, false
	}
	target := v.Root.Target
	if r.Retargeted || c.Target != target {
		target = anotherBranch
	}
	return approval.Act{
		Evidence: r.evidence, Account: r.Account, Claimed: r.Login, Verdict: verdict,
		Repository: v.Root.Repository, Target: target, Change: c.Name, Head: r.Commit, AsOf: r.Submitted, Serial: r.ID,
	}, true
}

func (v *View) reviewsOf(ctx context.Context, name string) ([]forgeReview, error) {
	if list, ok := v.reviews[name]; ok {
		return list, nil
	}
	list, err := v.forge.Reviews(ctx, name)
	if err != nil {
		return nil, err
	}
	out := make([]forgeReview, len(list))
	for i, r := range list {
		out[i] = forgeReview{r, canonical.Digest(r.Raw)}
	}
	v.reviews[name] = out
	return out, nil
}
