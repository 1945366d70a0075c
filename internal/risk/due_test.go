package risk

import (
	"testing"
	"time"

	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/window"
	"pgregory.net/rapid"
)

func at(t testing.TB, text string) int64 {
	t.Helper()
	i, err := window.ParseDateOrInstant(text)
	if err != nil {
		t.Fatal(err)
	}
	return i.Unix()
}

func rules(t testing.TB, list string) []Rule {
	t.Helper()
	return ReadRules(root(t, "spec:\n  rules:\n"+list))
}

var utc = &window.Week{Zone: time.UTC}

func when(due int64) string { return time.Unix(due, 0).UTC().Format(time.RFC3339) }

// TestDue: worked cases of due dates, those of cases.md by their numbers.
func TestDue(t *testing.T) {
	const (
		sla = `
    - {match: {severity: critical}, within: P7D, anchor: releasedAt, clock: calendar}
    - {match: {severity: [high, medium]}, within: P30D, anchor: releasedAt, clock: calendar}
    - {match: {kev: true}, within: P3D, anchor: kevAdded, clock: calendar}
    - {match: {severity: low}, within: PT36H, anchor: detectedAt, clock: calendar}
`
		// BOD 26-04, as far as both examples need it.
		directive = `
    - match: {kev: true, ssvc: {automatable: false, impact: total}, selector: {matchLabels: {exposure: public}}}
      within: P3D
      anchor: releasedAt
      clock: calendar
    - match: {kev: false, ssvc: {automatable: false, impact: [partial]}, selector: {matchLabels: {exposure: public}}}
      within: P60D
      anchor: releasedAt
      clock: calendar
`
	)
	released, added := at(t, "2026-03-10T17:00:00Z"), at(t, "2026-03-12")
	public, internal := spec.FacetsOf(map[string][]string{"exposure": {"public"}}), spec.FacetsOf(nil)
	total, partial := &spec.SSVC{Impact: "total"}, &spec.SSVC{Impact: "partial"}
	tests := []struct {
		name, rules string
		patch       spec.Patch
		facets      spec.Facets
		detected    int64
		want        string // "" none
		rule        int
	}{
		{"WR23", sla, spec.Patch{Severity: "critical", Released: released}, internal, 0, "2026-03-17T17:00:00Z", 0},
		{"a list of severities", sla, spec.Patch{Severity: "medium", Released: released}, internal, 0, "2026-04-09T17:00:00Z", 1},
		{"the earliest of two", sla, spec.Patch{Severity: "critical", Released: released, KEV: true, KEVAdded: added}, internal, 0, "2026-03-15T00:00:00Z", 2},
		{"the earliest of two, the other way", sla, spec.Patch{Severity: "critical", Released: at(t, "2026-03-01"), KEV: true, KEVAdded: added}, internal, 0, "2026-03-08T00:00:00Z", 0},
		{"detected is released without facts", sla, spec.Patch{Severity: "low", Released: released}, internal, 0, "2026-03-12T05:00:00Z", 3},
		{"detected", sla, spec.Patch{Severity: "low", Released: released}, internal, at(t, "2026-04-01"), "2026-04-02T12:00:00Z", 3},
		{"no rule", sla, spec.Patch{Severity: "none", Released: released}, internal, 0, "", -1},
		{"not released", sla, spec.Patch{Severity: "critical", Inline: true}, internal, 0, "", -1},
		{"WR24, listed", directive, spec.Patch{Severity: "high", Released: released, KEV: true, KEVAdded: added, SSVC: total}, public, 0, "2026-03-13T17:00:00Z", 0},
		{"WR24, not listed", directive, spec.Patch{Severity: "high", Released: released, SSVC: partial}, public, 0, "2026-05-09T17:00:00Z", 1},
		{"WR24, not exposed", directive, spec.Patch{Severity: "high", Released: released, KEV: true, KEVAdded: added, SSVC: total}, internal, 0, "", -1},
		{"WR24, automatable", directive, spec.Patch{Severity: "high", Released: released, SSVC: &spec.SSVC{Automatable: true, Impact: "partial"}}, public, 0, "", -1},
		{"WR24, nobody decided", directive, spec.Patch{Severity: "high", Released: released, KEV: true, KEVAdded: added}, public, 0, "", -1},
	}
	for _, test := range tests {
		due, rule := Due(rules(t, test.rules), &test.patch, test.facets, utc, test.detected)
		got := ""
		if rule >= 0 {
			got = when(due)
		}
		if got != test.want || rule != test.rule {
			t.Errorf("%s: due %q by rule %d, wanted %q by %d", test.name, got, rule, test.want, test.rule)
		}
	}
}

func hours(t testing.TB) *window.Week {
	t.Helper()
	v := root(t, "hours: [{days: [MO, TU, WE, TH, FR], from: \"09:00\", to: \"17:00\"}]").Get("hours")
	holiday, err := window.ParseDate("2026-04-03") // Good Friday
	if err != nil {
		t.Fatal(err)
	}
	return spec.ReadWeek(v, "Europe/Berlin", []window.Date{holiday})
}

// TestBusinessClock: whole days are business days, the rest are business hours.
func TestBusinessClock(t *testing.T) {
	day := 24 * time.Hour
	tests := []struct {
		name, from string
		length     time.Duration
		week       *window.Week
		want       string
	}{
		{"a day", "2026-03-12T10:00:00Z", day, hours(t), "2026-03-13T10:00:00Z"},
		{"over the weekend", "2026-03-13T10:00:00Z", day, hours(t), "2026-03-16T10:00:00Z"},
		{"over the change of clocks", "2026-03-27T10:00:00Z", day, hours(t), "2026-03-30T09:00:00Z"},
		{"over a holiday", "2026-04-02T10:00:00Z", day, hours(t), "2026-04-06T10:00:00Z"},
		{"from a Saturday", "2026-03-14T10:00:00Z", day, hours(t), "2026-03-16T23:00:00Z"},
		{"hours", "2026-03-12T10:00:00Z", 2 * time.Hour, hours(t), "2026-03-12T12:00:00Z"},
		{"hours into the next day", "2026-03-12T15:00:00Z", 2 * time.Hour, hours(t), "2026-03-13T09:00:00Z"},
		{"hours over the weekend", "2026-03-13T15:00:00Z", 4 * time.Hour, hours(t), "2026-03-16T11:00:00Z"},
		{"hours from the night", "2026-03-12T02:00:00Z", time.Hour, hours(t), "2026-03-12T09:00:00Z"},
		{"a day and hours", "2026-03-12T10:00:00Z", day + 7*time.Hour, hours(t), "2026-03-16T09:00:00Z"},
		{"no hours at all", "2026-03-13T22:00:00Z", 4 * time.Hour, utc, "2026-03-16T02:00:00Z"},
		{"days without hours", "2026-03-13T22:00:00Z", day, utc, "2026-03-16T22:00:00Z"},
	}
	for _, test := range tests {
		if got := when(Business(test.week, at(t, test.from), int64(test.length/time.Second))); got != test.want {
			t.Errorf("%s: %s, wanted %s", test.name, got, test.want)
		}
	}
}

// TestMoreRulesAreNeverLater: a rule more never moves a due date away, and what is
// longer is never earlier.
func TestMoreRulesAreNeverLater(t *testing.T) {
	week := hours(t)
	rapid.Check(t, func(t *rapid.T) {
		var list []Rule
		for range rapid.IntRange(1, 4).Draw(t, "rules") {
			list = append(list, Rule{
				Within: rapid.Int64Range(1, 60*day).Draw(t, "within"), Business: rapid.Bool().Draw(t, "business"), Anchor: "releasedAt",
			})
		}
		patch := &spec.Patch{Released: rapid.Int64Range(1_700_000_000, 1_800_000_000).Draw(t, "released")}
		fewer, _ := Due(list[1:], patch, spec.Facets{}, week, 0)
		all, rule := Due(list, patch, spec.Facets{}, week, 0)
		if rule < 0 || len(list) > 1 && all > fewer || all < patch.Released {
			t.Fatalf("due %d of all rules, %d of the rest, released %d", all, fewer, patch.Released)
		}
		longer := list[0]
		longer.Within += rapid.Int64Range(1, 30*day).Draw(t, "more")
		short, _ := Due(list[:1], patch, spec.Facets{}, week, 0)
		if long, _ := Due([]Rule{longer}, patch, spec.Facets{}, week, 0); longer.Within/day == list[0].Within/day && long < short {
			t.Fatalf("%+v is due %d, a longer one %d", list[0], short, long)
		}
	})
}
