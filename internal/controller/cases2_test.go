package controller

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
)

// M3: main moves under another client, and approvals hold; what touches the same
// file is judged afresh.
func TestM3TheBaseMoves(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.propose("y", map[string]string{"plans/globex/march.yaml": "plan 2"})
	s.propose("z", map[string]string{"plans/globex/march.yaml": "plan 3"})
	for _, name := range []string{"x", "y", "z"} {
		s.approve(name, "dana", "erin")
	}
	s.tick2(t, "x", "y")
}

// M5: a merge of one change does nothing to others.
func TestM5OnlyWhatWasAskedFor(t *testing.T) {
	s := makeKeys(t).twoChanges(t)
	c := s.start()
	c.Only = "b-globex"
	r, _, err := s.run(c)
	s.ok(err)
	if len(r.Merged) != 1 || r.Merged[0].Change != "b-globex" || s.content("plans/acme/april.yaml") != "" {
		t.Errorf("%+v", r)
	}
}

// M6: nothing done is never told as a merge.
func TestM6NothingIsNotAMerge(t *testing.T) {
	s := makeKeys(t).twoChanges(t)
	s.judge.refuse["a-acme"], s.judge.refuse["b-globex"] = "freeze", "freeze"
	if r := s.tick(); len(r.Merged) != 0 || len(r.Waiting) != 3 {
		t.Errorf("%+v", r)
	}
}

// M14: the decision says by which rules, engine and instant it was made.
func TestM14TheDecisionSaysWhatJudged(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	c := s.start()
	c.Policy, c.Tzdata = "sha256:rules", "2026a"
	_, _, err := s.run(c)
	s.ok(err)
	for _, b := range s.logs() {
		for _, r := range b.Records {
			if r.Kind != resultlog.Decision {
				continue
			}
			if r.Policy != "sha256:rules" || r.Tzdata != "2026a" || r.Engine != "test" || r.AsOf != "2026-03-12T09:00:00Z" ||
				r.Base != s.root.Genesis.Commit || r.Verdict != "approved" || r.Manifest == "" || !strings.HasPrefix(r.VerdictTree, "2 of approvers: ") {
				t.Errorf("%+v", r)
			}
			return
		}
	}
	t.Error("no decision")
}

// A decision names exactly the tree and commit that land, and a log of no client
// names no host: an approval is in the logs of the clients that it touches.
func TestWhoseLogsARecordIsIn(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("one", map[string]string{"plans/acme/april.yaml": "plan"})
	s.propose("both", map[string]string{"plans/acme/may.yaml": "plan", "plans/globex/may.yaml": "plan"})
	s.propose("none", map[string]string{"notes.md": "text"})
	for _, name := range []string{"one", "both", "none"} {
		s.approve(name, "dana", "erin")
	}
	s.tick()
	in := map[string][]string{}
	var subs []resultlog.Record
	for _, b := range s.logs() {
		for _, r := range b.Records {
			if r.Kind == resultlog.Decision {
				in[r.Change] = append(in[r.Change], b.Log.Name.Client)
				if r.Change == "both" {
					subs = append(subs, r)
				}
			}
		}
	}
	for name, want := range map[string][]string{"one": {"acme"}, "both": {"acme", "globex"}, "none": {"_org"}} {
		if slices.Sort(in[name]); !slices.Equal(in[name], want) {
			t.Errorf("decision on %s is in %v, wanted %v", name, in[name], want)
		}
	}
	if len(subs) != 2 || subs[0].Sub == subs[1].Sub || !slices.Equal(subs[0].Subs, subs[1].Subs) || !slices.Contains(subs[0].Subs, subs[1].Sub) || subs[0].Clients != 2 {
		t.Errorf("sub-effects %+v", subs)
	}
}

// The merge commit is the same however often it is made.
func TestTheMergeCommitIsDeterministic(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	s.tick2(t, "x")
	info := s.world.info(s.main())
	if len(info.Parents) != 2 || info.Parents[0] != s.root.Genesis.Commit || info.Author != identity || info.Committer != identity || !info.Time.Equal(scriptTime) {
		t.Errorf("%+v", info)
	}
	if !strings.HasPrefix(info.Message, "Merge x\n\n") || !strings.Contains(info.Message, "\nPatchops-Decision: d-") || !strings.Contains(info.Message, "\nPatchops-Effect: sha256:") {
		t.Errorf("%q", info.Message)
	}
}

// A lease that cannot be read, or that claims an absurd fence, is not obeyed for
// ever.
func TestAMalformedLease(t *testing.T) {
	for _, text := range []string{"", "nonsense", `{"fence":9223372036854775807,"holder":"x","process":"1","released":false,"ttl":120}` + "\n", `{"fence":-1}` + "\n"} {
		s := makeKeys(t).begin(t)
		s.propose("x", april)
		s.approve("x", "dana", "erin")
		s.world.refs[heads+leaseBranch] = s.world.put("", "lease", map[string]string{leaseFile: text + " ", "x": "y"})
		c := s.start()
		if _, _, err := s.run(c); !Later(err) {
			t.Fatalf("lease %q: %v, wanted to stand by", text, err)
		}
		s.clock.pass(leaseTTL + leaseSlack)
		r, _, err := s.run(c)
		if err != nil || len(r.Merged) != 1 {
			t.Fatalf("lease %q: %v %+v", text, err, r)
		}
		if st := s.fold(); st.Fence > 10 {
			t.Errorf("fence %d", st.Fence)
		}
	}
}

// A flush that would contradict the log is never pushed.
func TestWhatContradictsIsNotPushed(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.tick()
	c := s.start()
	c.report = &Report{}
	v, err := c.look(t.Context())
	s.ok(err)
	s.ok(c.take(t.Context(), v))
	before := s.world.refs[heads+"patchops/log/_org/2026"]
	err = c.push(t.Context(), v, flush{entries: []entry{{
		record: resultlog.Record{Kind: resultlog.Merge, Via: authority.ByController, Decision: "none", Base: "b", Commit: "c"}, clients: []string{"_org"},
	}}})
	if err == nil || s.world.refs[heads+"patchops/log/_org/2026"] != before {
		t.Errorf("%v", err)
	}
}

// A server that refuses for good ends the tick, and says so.
func TestAServerThatRefuses(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	for n := range 40 {
		s.world.lies[n] = git.ErrRefused
	}
	if _, _, err := s.run(s.start()); err == nil || Later(err) {
		t.Errorf("%v", err)
	}
	clear(s.world.lies)
	s.clock.pass(time.Minute)
	s.finish()
	if s.content("plans/acme/april.yaml") != "plan" {
		t.Error("it does not go on")
	}
}
