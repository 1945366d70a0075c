package controller

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
)

// TestABranchBelowTheNextLog: whoever may push makes a branch below the name that a log
// will have next year: it goes on in the year's second part.
func TestABranchBelowTheNextLog(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.state = t.TempDir()
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	s.tick()
	for _, client := range []string{"_org", "acme", "globex"} {
		s.world.refs[heads+"patchops/log/"+client+"/2027/x"] = s.main()
	}
	s.clock.pass(300 * 24 * time.Hour)
	s.propose("y", map[string]string{"plans/acme/may.yaml": "plan 2"})
	s.approve("y", "dana", "erin")
	r := s.tick()
	if len(r.Merged) != 1 || s.world.refs[heads+"patchops/log/acme/2027-2"] == "" || s.world.refs[heads+"patchops/log/_org/2027-2"] == "" {
		t.Errorf("merged %v, problems %q", r.Merged, r.Problems)
	}
	if got := s.kinds("acme"); !strings.Contains(got, "log.start") {
		t.Error(got)
	}
	s.ok(s.verify())
}

// TestAnUnreadableTip: on one client's log it stops that client, on the lease whoever
// would write, and looking goes on; on main or the organisation's log everything.
func TestAnUnreadableTip(t *testing.T) {
	k := makeKeys(t)
	begin := func() *stage {
		s := k.begin(t)
		s.state = t.TempDir()
		s.propose("x", map[string]string{"plans/acme/may.yaml": "plan 2", "plans/globex/may.yaml": "plan 2"})
		s.approve("x", "dana", "erin")
		s.tick()
		s.propose("a", map[string]string{"plans/acme/june.yaml": "plan 2"})
		s.propose("g", map[string]string{"plans/globex/june.yaml": "plan 2"})
		s.approve("a", "dana", "erin")
		s.approve("g", "dana", "erin")
		return s
	}
	bad := func(branch string) map[string]git.Bad {
		return map[string]git.Bad{branch: {ID: strings.Repeat("f", 40), Reason: errors.New("it is no commit")}}
	}
	s := begin()
	s.world.bad = bad("patchops/log/acme/2026")
	r := s.tick()
	if len(r.Merged) != 1 || r.Merged[0].Change != "g" || !strings.Contains(strings.Join(r.Problems, "\n"), "patchops/log/acme/2026") {
		t.Errorf("merged %v, problems %q", r.Merged, r.Problems)
	}
	s.world.bad = nil
	if r = s.tick(); len(r.Merged) != 1 || r.Merged[0].Change != "a" {
		t.Errorf("afterwards merged %v", r.Merged)
	}
	for _, branch := range []string{leaseBranch, "patchops/log/_org/2026", "main"} {
		s := begin()
		s.world.bad = bad(branch)
		before := s.main()
		if _, _, err := s.run(s.start()); !errors.Is(err, resultlog.ErrIntegrity) || s.main() != before {
			t.Errorf("%s: %v", branch, err)
		}
		if _, err := s.start().looker.look(context.Background(), s.clock.now); (err == nil) != (branch == leaseBranch) {
			t.Errorf("%s: looking: %v", branch, err)
		}
	}
}
