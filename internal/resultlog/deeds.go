package resultlog

import (
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/statement"
)

// Outcomes of what people did by hand: of a notice that somebody gave, and of a task.
const (
	DeedDone   = "done"
	DeedFailed = "failed"
)

// deed judges a notice, a task or facts that rest on a person's word. What the
// controller did or saw itself has no evidence.
func (j *rules) deed(r *Record) string {
	switch {
	case r.Evidence == "" && r.Statement == nil && r.Kind == TaskKind:
		return "a task without a person's word"
	case r.Evidence == "" && r.Statement == nil:
		return ""
	case r.Statement == nil && r.Kind != Facts:
		return "evidence without the statement that it is of"
	case r.Statement == nil:
		return j.reported(r)
	}
	if why := j.statement(r); why != "" {
		return why
	}
	st, _, err := r.Statement.Open()
	if err != nil {
		return err.Error()
	}
	if r.Kind != Notice && r.Kind != TaskKind {
		j.reports[r.Evidence] = st.Facts
		return j.reported(r)
	}
	_, contact, _ := strings.Cut(st.Contact, "/")
	if r.Contact != contact || r.Channel != st.By {
		return fmt.Sprintf("it was to %q by %q, and to %q by %q was signed", r.Contact, r.Channel, contact, st.By)
	}
	return ""
}

// reported compares the facts of one asset with those that somebody signed. The
// statement stands in the first of its records.
func (j *rules) reported(r *Record) string {
	signed, known := j.reports[r.Evidence]
	switch {
	case !known && j.partial:
		return ""
	case !known:
		return fmt.Sprintf("facts by evidence %s, which is not recorded before", r.Evidence)
	}
	of := map[Fact]bool{}
	for _, f := range signed {
		if f.Asset == r.Asset {
			of[Fact{f.Name, f.Subject, f.Value, f.State}] = true
		}
	}
	for _, f := range r.Facts {
		if !of[f] {
			return fmt.Sprintf("fact %s %q of %s, which was not signed", f.Name, f.Subject, r.Asset)
		}
	}
	return ""
}

// signedAct is what a statement says in a record of a kind.
func signedAct(r *Record) string {
	switch r.Kind {
	case Notice, TaskKind:
		if r.Outcome == DeedFailed {
			return statement.Fail
		}
		return statement.Done
	case Facts:
		return statement.Report
	}
	return acts[r.Kind]
}

// deedSubject is what a statement is on in a record of something done by hand.
func (j *rules) deedSubject(r *Record) string {
	switch r.Kind {
	case Notice:
		return "notice:" + r.Plan + "/" + r.Window + "/" + r.Occurrence
	case TaskKind:
		return "task:" + r.Plan + "/" + r.Asset + "/" + strings.TrimPrefix(r.Key, "sha256:")
	}
	return "facts:" + j.name.Client
}
