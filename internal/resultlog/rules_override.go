package resultlog

import (
	"fmt"
	"time"

	"github.com/patchops/patchops/internal/statement"
)

// override: two people with two keys, neither statement used before, for no longer
// than each of them said; or somebody's signed word that ratifies one.
func (j *rules) override(r *Record) string {
	if r.Via == "ratified" {
		return j.ratified(r)
	}
	people, keys := map[string]bool{}, map[string]bool{}
	expires, wrong := time.Parse(time.RFC3339, r.Expires)
	at, err := r.time()
	if err != nil || wrong != nil || expires.After(at.Add(longest)) {
		return fmt.Sprintf("break-glass until %q, wanted at most 4 hours", r.Expires)
	}
	for _, signed := range r.Statements {
		st, key, why := j.onOverride(r, signed)
		if why != "" {
			return why
		}
		if j.glass[signed.Digest()] {
			return fmt.Sprintf("the statement %s was used before", signed.Digest())
		}
		if end, err := time.Parse(time.RFC3339, st.Expires); err != nil || end.Before(expires) || at.After(end.Add(Slack)) {
			return fmt.Sprintf("at %s until %s, and the end that %s signed is %q", r.T, r.Expires, st.Person, st.Expires)
		}
		people[st.Person], keys[key] = true, true
	}
	if len(people) < 2 || len(keys) < 2 {
		return fmt.Sprintf("break-glass by %d people with %d keys, wanted two", len(people), len(keys))
	}
	for _, signed := range r.Statements {
		j.glass[signed.Digest()] = true
	}
	return ""
}

// onOverride reads a statement that must approve the override of the record's plan.
func (j *rules) onOverride(r *Record, signed statement.Signed) (st statement.Statement, key, why string) {
	st, k, err := signed.Open()
	switch {
	case err != nil:
		return st, "", err.Error()
	case st.Repository != j.name.Repository || st.Act != statement.Approve || st.Subject != "override:"+r.Plan:
		return st, "", fmt.Sprintf("a statement is %s on %q of repository %q, wanted one on %q", st.Act, st.Subject, st.Repository, "override:"+r.Plan)
	}
	return st, k.Fingerprint(), ""
}

func (j *rules) ratified(r *Record) string {
	if r.Statement == nil {
		return "no signed statement"
	}
	digest := r.Statement.Digest()
	_, key, why := j.onOverride(r, *r.Statement)
	switch {
	case why != "":
		return why
	case digest != r.Evidence:
		return fmt.Sprintf("the evidence is %s, and the statement's digest %s", r.Evidence, digest)
	case r.Actor == nil || r.Actor.Key != key:
		return fmt.Sprintf("another key than %q, which signed", key)
	case j.glass[digest]:
		return fmt.Sprintf("the statement %s was used before", digest)
	}
	j.glass[digest] = true
	return ""
}
