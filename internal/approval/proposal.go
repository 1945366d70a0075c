package approval

import (
	"cmp"
	"fmt"

	"github.com/patchops/patchops/internal/effect"
)

// proposed is a proposal and how what lands relates to it.
type proposed struct {
	Proposal
	digest effect.Digest
	judged bool
	effect.Coverage
}

func (j *judge) readProposals() {
	j.landing = j.in.Landing.Digest()
	j.proposals = map[string][]*proposed{}
	for _, p := range j.in.Proposals {
		j.proposals[p.Head] = append(j.proposals[p.Head], &proposed{Proposal: p})
	}
}

// of are the proposals that an act means: of a review, which names no base, those
// without one if there are any, else all of its commit.
func (j *judge) of(a *Act) []*proposed {
	var exact []*proposed
	for _, p := range j.proposals[a.Head] {
		if p.Base == a.Base {
			exact = append(exact, p)
		}
	}
	if len(exact) == 0 && a.Base == "" && a.Key == "" {
		return j.proposals[a.Head]
	}
	return exact
}

// within says why what lands is not within what an act approved.
func (j *judge) within(w *word) (why, detail string) {
	a := &w.act
	all := j.of(a)
	switch {
	case a.Head == "" || len(all) == 0:
		return "stale", fmt.Sprintf("what was proposed at %s is not known", cmp.Or(short(a.Head), "no commit"))
	case a.Key != "" && (a.Base == "" || a.Effect == ""):
		return "stale", "the statement names no base or no effect"
	}
	for _, p := range all {
		if p.Problem != "" || p.Effect == nil {
			return "stale", fmt.Sprintf("what was proposed at %s is not known: %s", short(a.Head), cmp.Or(p.Problem, "no effect"))
		}
		if !p.judged {
			p.judged, p.digest = true, j.landing
			if p.Effect != j.in.Landing {
				p.digest = p.Effect.Digest()
			}
			if p.digest != j.landing {
				p.Coverage = effect.Covers(j.in.Landing, p.Effect, p.Moved)
			}
		}
		switch {
		case a.Effect != "" && a.Effect != p.digest.String():
			return "stale", fmt.Sprintf("it names effect %s; that of %s is %s", a.Effect, short(a.Head), p.digest)
		case !p.Holds():
			where := "at " + short(j.in.Head)
			if a.Head == j.in.Head {
				where = "beside what came to " + j.in.Target + " meanwhile,"
			}
			return "stale", fmt.Sprintf("%s approved %s; %s %s", w.person, short(a.Head), where, describeAll(p.Void, 3))
		}
		w.uncovered = append(w.uncovered, p.Uncovered...)
		w.kept = j.keeps(w, p)
	}
	return "", ""
}

// keeps says why an approval counts though it was of another commit.
func (j *judge) keeps(w *word, p *proposed) string {
	switch {
	case p.digest != j.landing && len(p.Uncovered) > 0:
		return fmt.Sprintf("%s approved %s: what lands is within it, but for %s", w.person, short(p.Head), describeAll(p.Uncovered, 3))
	case p.digest != j.landing:
		return fmt.Sprintf("%s approved %s: what lands is within it", w.person, short(p.Head))
	case p.Head != j.in.Head:
		return fmt.Sprintf("%s approved %s: %s has the same effect", w.person, short(p.Head), short(j.in.Head))
	}
	return ""
}
