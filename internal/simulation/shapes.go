package simulation

import (
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
)

func amount(n int64) rollout.Amount { return rollout.Amount{Set: true, N: n} }

func percent(n int64) rollout.Amount { return rollout.Amount{Set: true, Percent: true, N: n} }

func wave(name string, failures rollout.Amount, soak int64, gates ...progress.Gate) progress.Wave {
	return progress.Wave{Name: name, Soak: soak, Advance: 100, MaxFailures: failures, Gates: gates}
}

// approval is a gate at which people of a group agree.
func approval(count int) progress.Gate {
	return progress.Gate{Name: "approval-0", Group: "leads", People: []string{"dana", "erin", "finn"}, Count: count, Within: 5 * day}
}

// probe is a gate that is measured.
func probe() progress.Gate {
	return progress.Gate{Name: "probe-0", Probe: true, URL: "https://192.0.2.1/healthz", Status: 200, On: "host", Every: 5 * minute, Fail: 3}
}

// Shapes are the plans that simulations draw from: small ones, each with a part of
// what plans can say.
var Shapes = []Shape{
	{
		Name: "one wave", Hosts: 3, Waves: []progress.Wave{wave("all", amount(1), 0)}, Percent: []int{100},
		Reboot: "never", Misfire: "nextWindow", Retries: 1, Days: 4, Opens: 1 * hour, Open: 4 * hour,
	},
	{
		Name: "canary and rest", Hosts: 6, Waves: []progress.Wave{wave("canary", amount(0), 30*minute), wave("rest", percent(40), 0)}, Percent: []int{17, 100},
		Reboot: "ifRequired", Misfire: "nextWindow", Retries: 2, Back: true, Days: 4, Opens: 1 * hour, Open: 6 * hour,
	},
	{
		Name: "group", Hosts: 4, Group: 3, Waves: []progress.Wave{wave("all", amount(1), 0)}, Percent: []int{100},
		Reboot: "always", Misfire: "nextWindow", Retries: 2, Back: true, Days: 4, Opens: 22 * hour, Open: 5 * hour,
	},
	{
		Name: "gates", Hosts: 5, Waves: []progress.Wave{wave("canary", amount(0), 20*minute, approval(2)), wave("rest", amount(1), 10*minute, probe())}, Percent: []int{20, 100},
		Reboot: "never", Misfire: "defer", Retries: 1, Back: true, Days: 5, Opens: 0, Open: day,
	},
	{
		Name: "three waves", Hosts: 8, Waves: []progress.Wave{wave("first", amount(0), 5*minute, probe()), wave("second", amount(1), 10*minute), wave("third", percent(50), 0)},
		Percent: []int{13, 50, 100}, Reboot: "ifRequired", Misfire: "onReconnect", Retries: 3, Days: 5, Opens: 2 * hour, Open: 8 * hour,
	},
	{
		Name: "notice", Hosts: 4, Waves: []progress.Wave{wave("canary", amount(0), 0), wave("rest", amount(2), 0)}, Percent: []int{25, 100},
		Reboot: "never", Misfire: "nextWindow", Retries: 2, Back: true, Notice: true, Days: 5, Opens: 6 * hour, Open: 6 * hour,
	},
	{
		Name: "stragglers", Hosts: 8, Waves: []progress.Wave{{Name: "first", Advance: 50, MaxFailures: amount(1)}, {Name: "rest", Advance: 100, MaxFailures: amount(2)}}, Percent: []int{50, 100},
		Reboot: "never", Misfire: "nextWindow", Retries: 1, Back: true, Days: 4, Opens: 1 * hour, Open: 3 * hour,
	},
	{
		Name: "short", Hosts: 5, Waves: []progress.Wave{wave("all", amount(1), 0)}, Percent: []int{100},
		Reboot: "never", Misfire: "defer", Retries: 1, Days: 4, Opens: 3 * hour, Open: 40 * minute,
	},
	{
		Name: "one by one", Hosts: 4, Waves: []progress.Wave{{Name: "all", Advance: 100, MaxFailures: amount(3), MaxConcurrent: amount(1), Stagger: 2 * minute}}, Percent: []int{100},
		Reboot: "ifRequired", Misfire: "nextWindow", Retries: 2, Days: 4, Opens: 0, Open: 10 * hour,
	},
}

// usual is how many steps a rollout of this shape takes where nothing fails, or more.
func (s *Shape) usual() int { return 60 * s.Hosts * max(1, len(s.Waves)) }
