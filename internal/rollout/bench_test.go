package rollout

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/window"
)

// estate is an input with so many clients, and so many assets each. Everything
// that slows a search down is in it: pairs, hosts, dependencies, relays, full
// windows, caps, a freeze, two plans on every asset.
func estate(clients, assets int) *Input {
	in := &Input{AsOf: instantOf("2026-06-10T08:00:00Z"), Horizon: 35 * day}
	for i := range clients {
		in.Clients = append(in.Clients, estateClient(fmt.Sprintf("client-%05d", i), assets))
	}
	return in
}

func instantOf(text string) int64 {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.Unix()
}

func ruled(zone *time.Location, start, rule string, length int64) *window.Window {
	local, err := window.ParseLocal(start)
	if err != nil {
		panic(err)
	}
	r, err := window.ParseRule(rule)
	if err != nil {
		panic(err)
	}
	return &window.Window{Zone: zone, Start: local, Rule: &r, Length: length}
}

func officeHours() []window.Hours {
	h := window.Hours{From: 8 * 3600, To: 18 * 3600}
	for d := time.Monday; d <= time.Friday; d++ {
		h.Days[d] = true
	}
	return []window.Hours{h}
}

func estateClient(name string, assets int) Client {
	zone := zoneOf("Europe/Berlin")
	c := Client{Name: name, Zone: zone, Business: &window.Week{Zone: zone, Hours: officeHours()}}
	c.Windows = []Window{
		{Name: "nightly", ID: "MaintenanceWindow/_/nightly", Def: ruled(zone, "2026-01-01T22:00", "FREQ=DAILY", 4*hour), Capacity: max(4, assets/10)},
		{Name: "weekend", ID: "MaintenanceWindow/_/weekend", Def: ruled(zone, "2026-01-03T06:00", "FREQ=WEEKLY;BYDAY=SA", 12*hour), Capacity: max(8, assets/4)},
	}
	freeze := instantOf("2026-06-20T00:00:00Z")
	c.Denies = []Deny{{ID: "Freeze/_/half-year", Fixed: window.Span{Start: freeze, End: freeze + 4*day}}}
	always := window.Hours{From: 0, To: daySeconds, Days: [7]bool{true, true, true, true, true, true, true}}
	c.Supports = []Support{{Application: "sap", ID: "VendorSupport/_/sap", Weeks: []*window.Week{{Zone: zone, Hours: []window.Hours{always}}}}}
	for i := range max(1, assets/200) {
		c.Relays = append(c.Relays, Relay{Name: fmt.Sprintf("relay-%04d", i), ID: "Relay/" + name, Mbps: 100, Lead: 4 * hour})
	}
	c.Agreements = []Agreement{{
		Name: "2026", ID: "ClientAgreement/" + name + "/2026", From: 0, Until: farAway, Windows: []int{0, 1},
		Lead: Lead{Seconds: 3 * day}, BusinessDays: true, CostCap: -1, MaxUnavailable: Amount{Set: true, Percent: true, N: 20},
		Rates:    Rates{Currency: "EUR", Basis: "attended", Regular: officeHours(), PerHour: 9000, AfterHours: 13500, Holiday: 18000, MinimumMins: 60},
		Contacts: []Contact{{Name: "ann"}, {Name: "bob"}}, Channels: []string{"email"},
	}}
	for i := range assets {
		c.Assets = append(c.Assets, estateAsset(&c, i))
	}
	c.Plans = []Plan{estatePlan(&c, "kernel", 45), estatePlan(&c, "openssl", 20)}
	return c
}

func estateAsset(c *Client, i int) Asset {
	a := Asset{
		Name: fmt.Sprintf("host-%06d", i), Windows: []int{0, 1}, Denies: []int{0}, Group: -1, RunsOn: -1,
		Relay: i / 200 % len(c.Relays), Tier: i % 4, Stratum: []string{"debian", "rhel", "windows"}[i%3],
	}
	if i%7 == 0 {
		a.Supports = []int{0}
	}
	if i%10 == 8 {
		a.RunsOn = i - 8
	}
	switch i % 20 {
	case 2:
		a.Group = len(c.Groups)
		c.Groups = append(c.Groups, Group{
			Name: fmt.Sprint("g", i), ID: fmt.Sprintf("HAGroup/%s/g%05d", c.Name, i), Members: []int{i}, Max: 1, Primary: i, StandbyFirst: i%40 == 2, Soak: 30 * minute,
		})
	case 3:
		a.Group = len(c.Groups) - 1
		c.Groups[a.Group].Members = append(c.Groups[a.Group].Members, i)
	}
	return a
}

func estatePlan(c *Client, name string, minutes int64) Plan {
	p := Plan{
		Name: name, ID: "PatchPlan/_/" + name, Change: "standard", Ring: -1, MinimumAge: 3 * day, Deadline: instantOf("2026-08-01T00:00:00Z"),
		Waves: []Wave{
			{Name: "canary", Percent: 5, Soak: day, Advance: 100},
			{Name: "early", Percent: 30, Soak: day, Advance: 90},
			{Name: "rest", Percent: 100, Advance: 100},
		},
	}
	patches := []string{name + "-1", name + "-2"}
	for i := range c.Assets {
		w := Work{
			Asset: i, Patches: patches, Risk: 100 + i%300, Due: instantOf("2026-07-05T00:00:00Z"), Released: instantOf("2026-06-01T00:00:00Z"),
			Least: 3, Bytes: 200_000_000, Minutes: minutes + int64(i%3)*5, Reboots: i%2 == 0,
		}
		if i%5 == 1 && i%10 != 8 {
			w.DependsOn = []int{i - 1}
		}
		p.Work = append(p.Work, w)
	}
	return p
}

// BenchmarkCompute plans clients and one large client, and the same twice as
// large: exponent 1 is linear growth.
func BenchmarkCompute(b *testing.B) {
	for _, size := range []struct{ clients, assets int }{{250, 200}, {1, 10_000}} {
		half := benchmarkEstate(b, size.clients, size.assets, 0)
		if size.clients > 1 {
			size.clients *= 2
		} else {
			size.assets *= 2
		}
		benchmarkEstate(b, size.clients, size.assets, half)
	}
}

// benchmarkEstate returns the seconds that planning takes, and reports the growth
// against those of half the estate.
func benchmarkEstate(b *testing.B, clients, assets int, half float64) (seconds float64) {
	in := estate(clients, assets)
	b.Run(fmt.Sprintf("%dx%d", clients, assets), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Compute(in)
		}
		seconds = b.Elapsed().Seconds() / float64(b.N)
		if half > 0 {
			b.ReportMetric(math.Log2(seconds/half), "exponent")
		}
	})
	return seconds
}

func TestEstateIsSound(t *testing.T) {
	in := estate(3, 200)
	s := Compute(in)
	for _, o := range Verify(in, s) {
		t.Error(o)
	}
	if s.Objective.MissedRisk > 0 {
		t.Errorf("missed risk is %d, wanted a place for all", s.Objective.MissedRisk)
	}
}
