package authority

import (
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/trust"
)

// How a decision ended, or a commit came to be the authorised tip: Via of a merge
// record.
const (
	ByController = "controller"
	Recovered    = "recovered"
	Adopted      = "adopted"
	Abandoned    = "abandoned"
	Ratified     = "ratified" // of an override
)

// Fold says what holds after all records of all logs. Records that contradict
// one another (two merges from one base, a merge without its decision) are an
// integrity error that names the record.
func Fold(root trust.Root, branches []Branch) (*State, error) {
	all, also, err := acts(branches)
	if err != nil {
		return nil, err
	}
	s := &State{
		Seen: map[string]Seen{}, Chains: map[string]string{}, Spent: map[string]string{}, Landed: map[string]string{},
		Revoked: map[string]int64{}, Denied: map[string]string{}, Refused: map[string]bool{}, Expired: map[string]bool{}, Clients: map[string][]string{},
		GivenUp: map[string]GivenUp{}, Holds: map[string]Hold{}, Distrust: map[string]Hold{}, Resumed: map[string]int64{}, knew: map[string]time.Time{},
		Uncovered: map[string]bool{}, Covered: map[string]bool{}, Override: map[string]Override{}, Position: int64(len(all)) + 1,
		Fence: also.fence, Newest: also.newest,
	}
	for _, i := range all {
		s.Fence = max(s.Fence, i.record.Fence)
		if i.at.After(s.Newest) {
			s.Newest = i.at
		}
		s.act(i)
	}
	if err := s.chain(root.Genesis.Commit, all); err != nil {
		return nil, err
	}
	s.block(all)
	s.distrust(all)
	s.regret(all)
	return s, nil
}

// act folds what needs no chain.
func (s *State) act(i item) {
	r := i.record
	switch r.Kind {
	case resultlog.RootKind:
		if i.client == resultlog.Org {
			s.Root = r.Root
		}
	case resultlog.Lease:
		s.Leased = max(s.Leased, r.Fence)
	case resultlog.Denial:
		s.Denied[Key(r.Change, actor(r))], s.Refused[r.Evidence] = r.Evidence, true
	case resultlog.Expiry:
		s.Expired[r.Evidence] = true
	case resultlog.KeyRevoke:
		if _, before := s.Revoked[r.Key]; !before && r.Key != "" {
			s.Revoked[r.Key] = i.position
		}
	case resultlog.Override:
		s.override(i)
	case resultlog.Merge:
		if r.Via == Abandoned {
			g := s.GivenUp[Key(r.Change, r.Head)]
			s.GivenUp[Key(r.Change, r.Head)] = GivenUp{g.Times + 1, i.at, r.Why}
		} else {
			for plan := range strings.FieldsSeq(r.Plan) {
				s.ratify(plan, "")
			}
		}
	case resultlog.Hold, resultlog.Abort, resultlog.Recall:
		s.hold(i)
	case resultlog.Resume:
		s.resume(i)
	case resultlog.RunEnded:
		s.over(r.Plan)
	}
	if isAct(r.Kind) && r.Evidence != "" || r.Statement != nil && isDeed(r.Kind) {
		s.saw(i)
	}
}

func isAct(k resultlog.Kind) bool {
	switch k {
	case resultlog.Approval, resultlog.Rejection, resultlog.Withdrawal, resultlog.Consent,
		resultlog.Hold, resultlog.Abort, resultlog.Recall, resultlog.Resume, resultlog.KeyRevoke:
		return true
	}
	return false
}

// isDeed says that somebody may have done it by hand, and said so.
func isDeed(k resultlog.Kind) bool {
	return k == resultlog.Notice || k == resultlog.TaskKind || k == resultlog.Facts
}

func (s *State) saw(i item) {
	r := i.record
	s.Clients[r.Evidence] = i.clients
	s.Seen[r.Evidence] = Seen{
		At: i.at, Position: i.position, Kind: r.Kind, Change: r.Change, Person: actor(r), Accepts: r.Accepts, Effect: r.Effect,
	}
	s.Acts = append(s.Acts, Act{i.position, r})
	if r.Tip != "" {
		s.Chains[actor(r)] = r.Tip
	}
}

func actor(r resultlog.Record) string {
	if r.Actor == nil {
		return ""
	}
	return r.Actor.ID
}

func (s *State) override(i item) {
	r := i.record
	if r.Via == Ratified {
		s.ratify(r.Plan, r.Evidence)
		return
	}
	client, plan, _ := strings.Cut(r.Plan, "/")
	// What earlier overrides of the plan used is used up.
	o := Override{Client: client, Plan: plan, At: i.at, Evidence: slices.Clone(s.Override[r.Plan].Evidence)}
	o.Expires, _ = time.Parse(time.RFC3339, r.Expires)
	for _, signed := range r.Statements {
		o.Evidence = append(o.Evidence, signed.Digest())
		if st, _, err := signed.Open(); err == nil {
			o.Signers = append(o.Signers, st.Person)
		}
	}
	slices.Sort(o.Signers)
	s.Override[r.Plan] = o
}

func (s *State) ratify(plan, evidence string) {
	if o, ok := s.Override[plan]; ok {
		o.Ratified, o.Evidence = true, append(o.Evidence, evidence)
		s.Override[plan] = o
	}
}

// chain follows the merges from the genesis and ties decisions to them.
func (s *State) chain(genesis string, all []item) error {
	l, err := link(all)
	if err != nil {
		return err
	}
	s.Tip, s.Tips, s.Since = genesis, []string{genesis}, []int64{0}
	for {
		m, ok := l.merges[s.Tip]
		if !ok {
			break
		}
		delete(l.merges, s.Tip)
		if slices.Contains(s.Tips, m.record.Commit) {
			return contradiction(m, "makes %s the authorised tip again: the order never goes back", m.record.Commit)
		}
		s.Tip = m.record.Commit
		s.Tips, s.Since = append(s.Tips, s.Tip), append(s.Since, m.at.Unix())
		s.merged(m)
	}
	for _, m := range l.merges {
		return contradiction(m, "is a merge from %s, which never was the authorised tip", m.record.Base)
	}
	return s.openDecision(l)
}

func (s *State) merged(m item) {
	r := m.record
	for _, evidence := range r.Approvals {
		s.Spent[evidence] = r.Commit
	}
	if r.Change != "" {
		s.Landed[Key(r.Change, r.Head)] = r.Commit
	}
	s.grants(m)
}

// links are merges by the tip they start from, and decisions without an end.
type links struct {
	merges map[string]item
	open   []item
}

func link(all []item) (links, error) {
	decisions, ended := map[string]item{}, map[string]bool{}
	for _, i := range all {
		if i.record.Kind == resultlog.Decision {
			if i.record.Decision == "" || i.record.Base == "" {
				return links{}, contradiction(i, "names no decision or no base")
			}
			decisions[i.record.Decision] = i
		}
	}
	l := links{merges: map[string]item{}}
	for _, i := range all {
		if i.record.Kind != resultlog.Merge {
			continue
		}
		if err := l.merge(i, decisions, ended); err != nil {
			return links{}, err
		}
	}
	for _, i := range all {
		if i.record.Kind == resultlog.Decision && !ended[i.record.Decision] {
			l.open = append(l.open, i)
		}
	}
	return l, nil
}

func (l *links) merge(m item, decisions map[string]item, ended map[string]bool) error {
	r := m.record
	d, known := decisions[r.Decision]
	switch {
	case r.Decision != "" && !known:
		return contradiction(m, "names the decision %s, which is not recorded", r.Decision)
	case r.Decision == "" && r.Via != Adopted:
		return contradiction(m, "is via %q and names no decision", r.Via)
	case r.Decision != "" && ended[r.Decision]:
		return contradiction(m, "ends the decision %s, which has ended already", r.Decision)
	}
	if r.Decision != "" {
		ended[r.Decision] = true
	}
	switch r.Via {
	case Abandoned:
		return nil
	case ByController, Recovered:
		if r.Base != d.record.Base {
			return contradiction(m, "is from %s, and its decision was made on %s", r.Base, d.record.Base)
		}
		if d.record.Commit != "" && r.Commit != d.record.Commit {
			return contradiction(m, "made %s, and its decision was for %s", r.Commit, d.record.Commit)
		}
		if !slices.Equal(r.Approvals, d.record.Approvals) || r.Change != d.record.Change || r.Head != d.record.Head {
			return contradiction(m, "is not of what its decision was for")
		}
	case Adopted:
	default:
		return contradiction(m, "is via %q, wanted controller, recovered, adopted or abandoned", r.Via)
	}
	if r.Commit == "" || r.Base == "" {
		return contradiction(m, "names no commit or no base")
	}
	if other, twice := l.merges[r.Base]; twice {
		return contradiction(m, "is the second merge from %s, after %s record %d", r.Base, other.branch, other.record.Seq)
	}
	l.merges[r.Base] = m
	return nil
}

func (s *State) openDecision(l links) error {
	for n, i := range l.open {
		if n > 0 {
			return contradiction(i, "is a second open decision, beside %s", l.open[0].record.Decision)
		}
		r := i.record
		if !slices.Contains(s.Tips, r.Base) {
			return contradiction(i, "is a decision on %s, which never was the authorised tip", r.Base)
		}
		s.Open = &Decision{
			ID: r.Decision, Change: r.Change, Head: r.Head, Base: r.Base, Tree: r.Tree, Manifest: r.Manifest, Commit: r.Commit,
			Effect: r.Effect, At: decided(r), Approvals: r.Approvals, Clients: i.clients, Fence: r.Fence,
		}
	}
	return nil
}

func decided(r resultlog.Record) time.Time {
	t, _ := time.Parse(time.RFC3339, r.T)
	return t
}

// block is what the newest blocked record says, while it is about the present tip.
func (s *State) block(all []item) {
	for _, i := range all {
		r := i.record
		if r.Kind != resultlog.Blocked || r.Base != s.Tip {
			continue
		}
		if s.Blocked != nil && s.Blocked.Commit == r.Commit {
			s.Blocked.Clients = append(s.Blocked.Clients, i.client)
			slices.Sort(s.Blocked.Clients)
			continue
		}
		s.Blocked = &Blocked{From: r.Base, Commit: r.Commit, Clients: []string{i.client}, Why: r.Why}
	}
}
