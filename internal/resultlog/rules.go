package resultlog

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/statement"
	"github.com/patchops/patchops/internal/trust"
)

// rules judge the records of one client, year after year: that each has the
// authority that it claims. They need nothing but the records and the root of
// trust; what people were allowed to say is in the repository's documents.
type rules struct {
	name    Name
	root    *trust.Root
	partial bool // an earlier log of the client is not at hand
	decided bool // a decision was at hand
	forge   bool // a root of trust so far names one
	version int64
	roots   []givenRoot
	copies  *copies            // shared by all clients
	said    map[string]*said   // by evidence
	by      map[string][]*said // not ended yet, by change and person
	spent   map[string]string
	glass   map[string]bool             // statements of overrides, by digest
	reports map[string][]statement.Fact // facts that people reported, by evidence
	open    *Record                     // decision
	run     *Execution
}

// said is a recorded approval, or a consent.
type said struct {
	kind   Kind
	change string
	review *Review
	ended  string // why it does not count any more
}

func newRules(root *trust.Root, shared *copies) *rules {
	return &rules{
		copies: shared, root: root, forge: root == nil || root.Forge.Type != plainGit,
		said: map[string]*said{}, by: map[string][]*said{}, spent: map[string]string{}, glass: map[string]bool{},
		reports: map[string][]statement.Fact{}, run: NewExecution(""),
	}
}

// plainGit is the forge of a root without one: there nobody reviews, people sign.
const plainGit = "git"

// longest is how long a break-glass may hold.
const longest = 4 * time.Hour

// noEffect is the digest of an effect without entries: such a change needs nobody.
var noEffect = canonical.Digest([]byte("[]"))

// judge says why a record must not stand where it stands, or "".
func (j *rules) judge(p Place, r *Record) string {
	if why := j.judgeAlone(p, r); why != "" {
		return why
	}
	j.run.repository, j.run.part = j.name.Repository, j.run.part || j.partial
	return j.run.take(j.name, p, r)
}

// judgeAlone leaves rollouts out.
func (j *rules) judgeAlone(p Place, r *Record) string {
	switch r.Kind {
	case Approval, Rejection, Withdrawal, Consent, Hold, Abort, Recall, Resume:
		return j.act(r)
	case Expiry:
		if s := j.said[r.Evidence]; s != nil {
			s.ended = "expired"
		}
	case Override:
		return j.override(r)
	case Decision:
		return j.decision(r)
	case Merge:
		return j.merge(r)
	case RootKind:
		return j.rootRecord(p, r)
	case KeyRevoke:
		return j.revoke(r)
	case Notice, TaskKind, Facts:
		return j.deed(r)
	case Lease:
		if j.name.Client == Org {
			j.copies.fences[r.Fence] = true
		}
	}
	return ""
}

// acts are what a statement says, and subjects what it speaks of, in the records
// of each kind; the record's own change or plan follows.
var acts = map[Kind]string{
	Approval: statement.Approve, Rejection: statement.Reject, Withdrawal: statement.Withdraw, Consent: statement.Consent,
	Hold: statement.Hold, Abort: statement.Abort, Recall: statement.Recall, Resume: statement.Approve,
}

func (j *rules) act(r *Record) string {
	switch {
	case r.Evidence == "":
		return "no evidence"
	case j.said[r.Evidence] != nil:
		return fmt.Sprintf("the evidence %s is recorded twice", r.Evidence)
	case r.Statement != nil && r.Review != nil:
		return "a signed statement and a review"
	case r.Statement != nil:
		if why := j.statement(r); why != "" {
			return why
		}
	case r.Review == nil:
		return "neither a signed statement nor a review"
	case !j.forge:
		return "a review, and no root of trust so far names a forge"
	case r.Change == "" || r.Head != "" && r.Head != r.Review.Commit:
		return "not of what the review says"
	}
	j.say(r)
	return ""
}

// say takes in what somebody said of a change. A rejection or withdrawal ends what they said
// before; of an account the review submitted last counts, so one that is older ends only what
// was said before that (semantics of internal/approval).
func (j *rules) say(r *Record) {
	by := r.Change + "\x00" + actorOf(r)
	all := j.by[by]
	if r.Kind == Rejection || r.Kind == Withdrawal {
		end := newest(all)
		if end < 0 || r.Review == nil || !r.Review.Before(all[end].review) {
			end = len(all)
		}
		for _, s := range all[:end] {
			s.ended = "followed by a " + string(r.Kind)
		}
		all = slices.Clone(all[end:])
	}
	now := &said{kind: r.Kind, change: r.Change, review: r.Review}
	j.said[r.Evidence], j.by[by] = now, append(all, now)
}

// newest is the place of the review that was submitted last; -1 there is none.
func newest(all []*said) int {
	last := -1
	for i, s := range all {
		if s.review != nil && (last < 0 || !s.review.Before(all[last].review)) {
			last = i
		}
	}
	return last
}

// Before orders reviews as they were submitted; two states of one are alike.
func (r *Review) Before(other *Review) bool {
	return cmp.Or(cmp.Compare(at(r.Submitted), at(other.Submitted)), cmp.Compare(r.ID, other.ID)) < 0
}

func actorOf(r *Record) string {
	switch {
	case r.Actor == nil:
		return ""
	case r.Actor.ID != "":
		return r.Actor.ID
	}
	return fmt.Sprintf("account %d", r.Actor.Account)
}

// statement compares a record with what was signed. Who the actor is follows from the
// key and the Person documents then; the name in the statement is a claim.
func (j *rules) statement(r *Record) string {
	st, key, err := r.Statement.Open()
	if err != nil {
		return err.Error()
	}
	if r.Actor == nil {
		return "a statement, and no actor"
	}
	if digest := r.Statement.Digest(); digest != r.Evidence {
		return fmt.Sprintf("the evidence is %s, and the statement's digest %s", r.Evidence, digest)
	}
	subjects := []string{"change:" + r.Change}
	if r.Change == "main" {
		subjects = []string{"main"}
	}
	if r.Change == "" {
		subjects = j.planSubjects(r)
	}
	fields := []struct{ name, record, signed string }{
		{"repository", j.name.Repository, st.Repository},
		{"act", signedAct(r), st.Act},
		{"head", r.Head, st.Head},
		{"base", r.Base, st.Base},
		{"effect", r.Effect, st.Effect},
		{"asOf", r.AsOf, st.AsOf},
	}
	for _, f := range fields {
		if f.record != f.signed {
			return fmt.Sprintf("its %s is %q, and %q was signed", f.name, f.record, f.signed)
		}
	}
	switch {
	case !slices.Contains(subjects, st.Subject):
		return fmt.Sprintf("its subject is one of %q, and %q was signed", subjects, st.Subject)
	case !slices.Equal(r.Accepts, st.Accepts):
		return fmt.Sprintf("it accepts %q, and %q was signed", r.Accepts, st.Accepts)
	case (r.Kind == Consent || r.Kind == Approval) && r.Change == "" && (r.Contact != st.Contact || !lasts(r, st)):
		return fmt.Sprintf("it is the word of %q until %q, and of %q until %q was signed", r.Contact, r.Expires, st.Contact, st.Expires)
	case r.Actor.Key != key.Fingerprint():
		return fmt.Sprintf("its key is %q, and %q signed", r.Actor.Key, key.Fingerprint())
	}
	return ""
}

// lasts reports whether a word on a gate lasts as long as was signed. The first approvals of
// gates were recorded without their end.
func lasts(r *Record, st statement.Statement) bool {
	return r.Expires == st.Expires || r.Kind == Approval && r.Expires == ""
}

// planSubjects are what statements about a plan, or a wave of it, are on.
func (j *rules) planSubjects(r *Record) []string {
	switch r.Kind {
	case Hold, Abort, Recall:
		return []string{"plan:" + r.Plan}
	case Resume:
		return []string{"resume:" + r.Plan}
	case Notice, TaskKind, Facts:
		return []string{j.deedSubject(r)}
	}
	return []string{"gate:" + r.Plan, "resume:" + r.Plan, "override:" + r.Plan, "plan:" + r.Plan}
}

func (j *rules) decision(r *Record) string {
	switch {
	case r.Decision == "":
		return "a decision without id"
	case j.open != nil:
		return fmt.Sprintf("a decision while %s is open", j.open.Decision)
	case r.Verdict != "" && r.Verdict != "approved":
		return fmt.Sprintf("a decision whose verdict is %q", r.Verdict)
	}
	if why := j.approved(r); why != "" {
		return why
	}
	if why := j.copies.decision(r); why != "" {
		return why
	}
	decided := *r
	j.open, j.decided = &decided, true
	return ""
}

// approved says which of the approvals that a decision or merge names does not
// count, or that there is none.
func (j *rules) approved(r *Record) string {
	if len(r.Approvals) == 0 && r.Effect != noEffect && (r.Effect != "" || r.Kind == Decision || j.name.Client != Org) {
		return "no approval"
	}
	for _, evidence := range r.Approvals {
		s, known := j.said[evidence]
		switch {
		case !known && j.partial:
		case !known:
			return fmt.Sprintf("approval %s is not recorded before", evidence)
		case s.kind != Approval && s.kind != Consent:
			return fmt.Sprintf("%s is a %s, wanted an approval", evidence, s.kind)
		case s.ended != "":
			return fmt.Sprintf("approval %s is %s", evidence, s.ended)
		case s.change != r.Change:
			return fmt.Sprintf("approval %s is of %q, wanted %q", evidence, s.change, r.Change)
		case j.spent[evidence] != "":
			return fmt.Sprintf("approval %s was spent by the merge of %s", evidence, j.spent[evidence])
		}
	}
	return ""
}

func (j *rules) merge(r *Record) string {
	var d *Record
	if r.Decision != "" {
		if d = j.open; d == nil && j.partial && !j.decided {
			d = r // decided in a log that is not at hand
		}
		if d == nil || d.Decision != r.Decision {
			return fmt.Sprintf("a merge without its decision %s", r.Decision)
		}
		j.open = nil
	}
	switch r.Via {
	case "abandoned":
		if r.Decision == "" {
			return "abandons no decision"
		}
		return ""
	case "adopted":
		if why := j.approved(r); why != "" {
			return why
		}
	case "controller", "recovered":
		switch {
		case r.Decision == "":
			return "a merge without decision"
		case d.Commit != "" && d.Commit != r.Commit:
			return fmt.Sprintf("commit %s, and the decision was for %s", r.Commit, d.Commit)
		case r.Base != "" && d.Base != r.Base:
			return fmt.Sprintf("on %s, and the decision was on %s", r.Base, d.Base)
		case !slices.Equal(d.Approvals, r.Approvals) && len(r.Approvals) > 0:
			return "other approvals than the decision's"
		}
	default:
		return fmt.Sprintf("via %q, wanted controller, recovered, adopted or abandoned", r.Via)
	}
	used := slices.Concat(r.Approvals, approvalsOf(d))
	for _, evidence := range used {
		j.spent[evidence] = r.Commit
	}
	return j.copies.merge(r, used)
}

func approvalsOf(d *Record) []string {
	if d == nil {
		return nil
	}
	return d.Approvals
}
