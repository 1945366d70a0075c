package rollout

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/window"
)

// scene is an input of one client that a test fills: an agreement without end and
// lead, and no work.
type scene struct {
	*Input
	*Client
}

func newScene(asOf, zone string) *scene {
	z := zoneOf(zone)
	in := &Input{AsOf: instantOf(asOf), Horizon: 35 * day, Clients: []Client{{
		Name: "acme", Zone: z, Business: &window.Week{Zone: z, Hours: officeHours()},
		Agreements: []Agreement{{Name: "2026", ID: "ClientAgreement/acme/2026", Until: farAway, CostCap: -1, Rates: Rates{Currency: "EUR"}}},
	}}}
	return &scene{in, &in.Clients[0]}
}

// terms is the scene's agreement.
func (s *scene) terms() *Agreement { return &s.Agreements[0] }

// window adds a window that the agreement names. Names are given in order.
func (s *scene) window(name, start, rule string, length int64) int {
	s.Windows = append(s.Windows, Window{Name: name, ID: "MaintenanceWindow/acme/" + name, Def: ruled(s.Zone, start, rule, length)})
	s.terms().Windows = append(s.terms().Windows, len(s.Windows)-1)
	return len(s.Windows) - 1
}

// asset adds an asset with all windows so far. Names are given in order.
func (s *scene) asset(name string) *Asset {
	a := Asset{Name: name, Group: -1, RunsOn: -1, Relay: -1, Tier: 1}
	for i := range s.Windows {
		a.Windows = append(a.Windows, i)
	}
	s.Assets = append(s.Assets, a)
	return &s.Assets[len(s.Assets)-1]
}

// hosts adds n assets host-000, host-001 and so on.
func (s *scene) hosts(n int) {
	for i := range n {
		s.asset(fmt.Sprintf("host-%03d", i))
	}
}

// plan adds a plan for all assets so far in one wave, each session so many minutes
// long. Names are given in order.
func (s *scene) plan(name, change string, minutes int64) *Plan {
	p := Plan{
		Name: name, ID: "PatchPlan/acme/" + name, Change: change, Ring: -1, Deadline: farAway,
		Waves: []Wave{{Name: "all", Percent: 100, Advance: 100}},
	}
	for i := range s.Assets {
		p.Work = append(p.Work, Work{Asset: i, Patches: []string{"kb1"}, Risk: 100, Least: 3, Minutes: minutes})
	}
	s.Plans = append(s.Plans, p)
	return &s.Plans[len(s.Plans)-1]
}

// schedule computes and verifies.
func (s *scene) schedule(t *testing.T) *Schedule {
	t.Helper()
	out := Compute(s.Input)
	for _, o := range Verify(s.Input, out) {
		t.Errorf("verifier: %v", o)
	}
	return out
}

// expect compares the schedule, one line a session, with what is wanted.
func (s *scene) expect(t *testing.T, want ...string) *Schedule {
	t.Helper()
	out := s.schedule(t)
	if got := lines(out); !slices.Equal(got, want) {
		t.Errorf("the schedule is\n\t%s\nwanted\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	return out
}

// lines are the sessions of a schedule: "plan asset window start end" or "plan
// asset CODE by".
func lines(s *Schedule) []string {
	var out []string
	for i := range s.Plans {
		p := &s.Plans[i]
		for _, x := range p.Placements {
			out = append(out, fmt.Sprintf("%s %s %s %s %s", p.Plan, x.Asset, x.Window, clock(x.Start), clock(x.End)))
		}
		for _, x := range p.Unplaced {
			out = append(out, fmt.Sprintf("%s %s %s %s", p.Plan, x.Asset, x.Code, x.By))
		}
	}
	return out
}

func clock(t int64) string { return time.Unix(t, 0).UTC().Format("2006-01-02T15:04Z") }

// rejections are what an asset's session was rejected for: "window CODE by xN".
func rejections(s *Schedule, asset string) []string {
	var out []string
	add := func(list []Rejection) {
		for _, r := range list {
			out = append(out, fmt.Sprintf("%s %s %s x%d", r.Window, r.Code, r.By, r.Count))
		}
	}
	for i := range s.Plans {
		for _, x := range s.Plans[i].Placements {
			if x.Asset == asset {
				add(x.Rejected)
			}
		}
		for _, x := range s.Plans[i].Unplaced {
			if x.Asset == asset {
				add(x.Tried)
			}
		}
	}
	return out
}

func placementOf(t *testing.T, s *Schedule, plan int, asset string) Placement {
	t.Helper()
	for _, x := range s.Plans[plan].Placements {
		if x.Asset == asset {
			return x
		}
	}
	t.Fatalf("%s has no place", asset)
	return Placement{}
}
