package planning

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/corpus/corpustest"
)

// TestBadInputIsLeftOut: what cannot be read is left out, and everything else is
// planned. None of these documents is refused here: their schema does that.
func TestBadInputIsLeftOut(t *testing.T) {
	const nightly = "recurrence: FREQ=DAILY"
	tests := []struct {
		name    string
		change  change
		work    int // assets with work in the plan
		windows int
	}{
		{"nothing wrong", change{planFile, "standard", "standard"}, 8, 2},
		{"unknown zone of a window", change{windowFile, "timezone: Europe/Berlin", "timezone: Europe/Berln"}, 8, 1},
		{"unknown zone of the client", change{clientFile, "timezone: Europe/Berlin", "timezone: EST5"}, 8, 2},
		{"impossible recurrence", change{windowFile, nightly, "recurrence: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, 8, 2},
		{"unreadable recurrence", change{windowFile, nightly, "recurrence: FREQ=SOMETIMES"}, 8, 1},
		{"a window that begins after 2100", change{windowFile, "start: 2026-01-01T22:00", "start: 2101-01-01T22:00"}, 8, 1},
		{"a window without length", change{windowFile, "duration: PT6H", "duration: PT0S"}, 8, 1},
		{"a deadline after 2100", change{planFile, `deadline: "2026-03-20"`, `deadline: "2200-01-01"`}, 8, 2},
		{"an agreement without windows", change{termsFile, "windowRefs: [nightly, sunday-after-patch-tuesday]", "windowRefs: []"}, 8, 0},
		{"an agreement that is over", change{termsFile, "expires: 2027-12-31", "expires: 2026-02-01"}, 8, 2},
		{"an agreement that ends before it begins", change{termsFile, "expires: 2027-12-31", "expires: 2020-02-01"}, 8, 2},
		{"a cycle of dependencies", change{assetFile, "tier: 0,", "tier: 0, dependsOn: [app-01, db-01],"}, 8, 2},
		{"a cycle of hosts", change{assetFile, "tier: 0,", "tier: 0, runsOn: db-01,"}, 8, 2},
		{"a group of one", change{"clients/acme/ha.yaml", "members: [web-01, web-02]", "members: [web-01]"}, 8, 2},
		{"a group of strangers", change{"clients/acme/ha.yaml", "members: [web-01, web-02]", "members: [a, b]"}, 8, 2},
		{"waves that do not reach all", change{planFile, "{name: rest, percent: 100", "{name: rest, percent: 60"}, 8, 2},
		{"a patch that does not exist", change{planFile, "patches: [openssl-3-0-15]", "patches: [openssl-3-0-15, gone]"}, 8, 2},
		{"no patch that exists", change{planFile, "patches: [openssl-3-0-15]", "patches: [gone]"}, 0, 2},
		{"patches that supersede each other", change{patchFile, "restart: service", "supersedes: [nginx-1-24-1, openssl-3-0-15]\n  restart: service"}, 8, 2},
		{"an asset twice", change{assetFile, "name: web-02", "name: web-01"}, 7, 2},
		{"a policy without rules", change{"rules/sla.yaml", "rules:", "ruels:"}, 8, 2},
	}
	base := example(t, "minimal")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := clientOf(t, build(t, base.with(t, test.change)), "acme")
			p := planOf(t, c, "openssl")
			if len(p.Work) != test.work || len(c.Windows) != test.windows || len(c.Plans) != 1 {
				t.Errorf("%d assets with work and %d windows, wanted %d and %d", len(p.Work), len(c.Windows), test.work, test.windows)
			}
		})
	}
}

// TestNothingPanics: whatever the documents say, they are read.
func TestNothingPanics(t *testing.T) {
	base := example(t, "msp")
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(base)), func(name string) bool {
		return !strings.HasSuffix(name, ".yaml") || strings.HasPrefix(name, "schemas/")
	})
	odd := []string{"", "[]", "{}", "-1", "0", "\"\"", "2200-01-01", "PT0S", "[a, b]", "{a: b}", "no", "9007199254740991", "FREQ=DAILY;COUNT=0"}
	known := corpustest.Parsed{}
	rapid.Check(t, func(t *rapid.T) {
		changed := maps.Clone(base)
		for range rapid.IntRange(1, 6).Draw(t, "changes") {
			name := rapid.SampledFrom(names).Draw(t, "file")
			lines := bytes.Split(changed[name], []byte("\n"))
			i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
			key, _, found := bytes.Cut(lines[i], []byte(": "))
			if found {
				lines[i] = append(append(bytes.Clone(key), ": "...), rapid.SampledFrom(odd).Draw(t, "value")...)
			}
			changed[name] = bytes.Join(lines, []byte("\n"))
		}
		r, err := Build(changed.readable(known), Options{AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.Input.Clients {
			c := &r.Input.Clients[i]
			for _, a := range c.Assets {
				if a.Group >= len(c.Groups) || a.RunsOn >= len(c.Assets) || a.Relay >= len(c.Relays) {
					t.Fatalf("asset %s of %s points outside", a.Name, c.Name)
				}
				r.Explain(c.Name, a.Name)
			}
			for _, p := range c.Plans {
				for _, w := range p.Work {
					if w.Minutes < 1 || w.Risk < 0 || w.Risk > 1000 || len(w.Patches) == 0 {
						t.Fatalf("work of %s: %+v", p.Name, w)
					}
				}
			}
		}
	})
}
