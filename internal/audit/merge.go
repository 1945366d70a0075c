package audit

import (
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/resultlog"
)

// merge judges the effect of a merge by what its two commits hold, and that each approval
// which it used was given for that, or for more.
func (a *Audit) merge(r *resultlog.Record) (string, error) {
	if r.Via == "abandoned" || r.Commit == "" {
		return "", nil
	}
	a.tips = append(a.tips, tip{r.Commit, seconds(r.T)})
	id := r.Base + " " + r.Commit
	if a.merges[id] {
		return "", nil // the copy in the log of another client: copies are the same
	}
	a.merges[id] = true
	landing, err := a.between(r.Base, r.Commit)
	if err != nil || landing == nil {
		return "", err
	}
	digest := landing.Digest().String()
	switch {
	case r.Effect != "" && r.Effect != digest:
		return fmt.Sprintf("its effect is recorded as %s, and from %s to %s the documents give %s", r.Effect, short(r.Base), short(r.Commit), digest), nil
	case r.Effect == "" && !aside(landing):
		return fmt.Sprintf("it says that %s has no effect, and the documents give %s", short(r.Commit), digest), nil
	}
	for _, evidence := range r.Approvals {
		if why, err := a.covers(r, evidence, landing, digest); why != "" || err != nil {
			return why, err
		}
	}
	return "", nil
}

// aside reports whether an effect is on files alone, and none of rules, schemas or settings:
// what is never read may come without anybody's approval.
func aside(e *effect.Effect) bool {
	for _, f := range e.Files {
		if strings.HasPrefix(f.Path, "policies/") || strings.HasPrefix(f.Path, "schemas/") || f.Path == "patchops.yaml" {
			return false
		}
	}
	return len(e.Documents) == 0 && len(e.Grants) == 0
}

// covers says why an approval was not given for what landed.
func (a *Audit) covers(r *resultlog.Record, evidence string, landing *effect.Effect, digest string) (string, error) {
	s, known := a.said[evidence]
	if !known || s.effect == digest || s.effect == "" {
		return "", nil // resultlog's rules want it recorded; a consent may name no effect
	}
	if s.review {
		var err error
		if s.base, err = a.o.Base(r.Base, s.head); s.base == "" || err != nil {
			return "", err
		}
	}
	proposed, err := a.between(s.base, s.head)
	if err != nil || proposed == nil {
		return "", err
	}
	if got := proposed.Digest().String(); got != s.effect && !s.review {
		return fmt.Sprintf("approval %s is of effect %s, and what it names gives %s", evidence, s.effect, got), nil
	}
	moved, err := a.between(s.base, r.Base)
	if err != nil || moved == nil {
		return "", err
	}
	if c := effect.Covers(landing, proposed, moved); !c.Holds() {
		d := c.Void[0]
		return fmt.Sprintf("approval %s does not cover what landed: %s of %s", evidence, d.Why, subject(d)), nil
	}
	return "", nil
}

func subject(d effect.Difference) string {
	switch {
	case d.Asset != "":
		return d.Client + "/" + d.Asset + " by " + d.Document.String()
	case d.Document.Name != "":
		return d.Document.String()
	}
	return d.Name
}

// between is the effect from one commit to another; nil where one cannot be had.
func (a *Audit) between(from, to string) (*effect.Effect, error) {
	before, err := a.documents(from)
	if err != nil || before == nil {
		return nil, err
	}
	after, err := a.documents(to)
	if err != nil || after == nil {
		return nil, err
	}
	return effect.Between(before.Tree, after.Tree), nil
}

func short(commit string) string { return commit[:min(12, len(commit))] }
