package triage

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"pgregory.net/rapid"
)

func ok(asset string) Case {
	return Case{Asset: asset, Selector: "debian/web/apt", Profile: "apt", State: dispatch.Finished, Segment: dispatch.Verify, Outcome: &dispatch.Outcome{Result: dispatch.Succeeded}}
}

func bad(asset, step string, exit int64, said string) Case {
	c := ok(asset)
	c.Failed = true
	c.Outcome = &dispatch.Outcome{Result: dispatch.Failed, Step: step, Exit: exit, Output: dispatch.Output{Text: said}}
	return c
}

func at(c Case, site string) Case {
	c.Site = site
	return c
}

func text(list []Finding) string {
	var out []string
	for _, f := range list {
		kind := "one-off"
		if f.Systemic {
			kind = "systemic"
		}
		out = append(out, fmt.Sprintf("%s %s (%s) %d of %d", kind, f.Class, f.Cause, len(f.Assets), f.Of))
	}
	return strings.Join(out, "; ")
}

// WR32: Site Lyon 48 of 50 fail, elsewhere 3 of 950.
func TestCaseWR32OneSite(t *testing.T) {
	var cases []Case
	for i := range 1000 {
		name := fmt.Sprintf("h%04d", i)
		c := at(ok(name), "paris")
		switch {
		case i < 48:
			c = at(bad(name, dispatch.Stage, 100, "E: Failed to fetch http://relay.lyon/pool/openssl.deb  Connection timed out"), "lyon")
			c.Relay = "lyon"
		case i < 50:
			c = at(ok(name), "lyon")
			c.Relay = "lyon"
		case i == 300, i == 400:
			c = at(bad(name, dispatch.Precheck, 1, "No space left on device"), "paris")
		case i == 500:
			c = at(bad(name, dispatch.Postcheck, 1, "nginx: inactive"), "paris")
		}
		cases = append(cases, c)
	}
	found := Judge(cases)
	if got, want := text(found), "systemic relay (relay lyon) 48 of 50; one-off host (host h0300) 1 of 1; one-off host (host h0400) 1 of 1; one-off app (host h0500) 1 of 1"; got != want {
		t.Errorf("found\n\t%s\nwanted\n\t%s", got, want)
	}
	want := []string{
		"48 of 50 at relay lyon failed, elsewhere 3 of 950",
		`48 × step stage exit 100: packages cannot be loaded, h0000 says "E: Failed to fetch http://relay.lyon/pool/openssl.deb  Connection timed out"`,
	}
	if !slices.Equal(found[0].Evidence, want) {
		t.Errorf("the evidence is %q, wanted %q", found[0].Evidence, want)
	}
	for i := range cases { // without a relay the site says it
		cases[i].Relay = ""
	}
	if got := text(Judge(cases)[:1]); got != "systemic relay (site lyon) 48 of 50" {
		t.Errorf("without a relay: %s", got)
	}
}

func TestClassesOfSingleFailures(t *testing.T) {
	broken := bad("h", dispatch.Postcheck, 1, "")
	broken.Outcome.Facts = []dispatch.Fact{{Name: "package", Subject: "acme", Value: "1.2", State: "iF"}}
	installs := bad("h", dispatch.Installs, 100, "dpkg: error processing package acme (--configure)")
	installs.Outcome.Facts = broken.Outcome.Facts
	stopped := bad("h", dispatch.Stage, 0, "")
	stopped.Outcome.Result = dispatch.Stopped
	late := bad("h", dispatch.Installs, -1, "")
	for want, c := range map[string]Case{
		"agent: the host does not answer":                                      {Asset: "h", Failed: true, State: dispatch.Unreachable},
		"host: refused: CLOCK_SKEW":                                            {Asset: "h", Failed: true, State: dispatch.Refused, Refusal: dispatch.ClockSkew},
		"agent: refused: HOST_KEY":                                             {Asset: "h", Failed: true, State: dispatch.Refused, Refusal: dispatch.HostKey},
		"policy: refused: NOT_ALLOWED":                                         {Asset: "h", Failed: true, State: dispatch.Refused, Refusal: dispatch.NoLocal},
		"window: it was stopped before it installed anything":                  stopped,
		"host: it was interrupted, and nothing runs there":                     {Asset: "h", Failed: true, State: dispatch.Interrupted},
		"relay: step stage exit 100: packages cannot be loaded":                bad("h", dispatch.Stage, 100, "curl error (7): Connection refused"),
		"patch: step stage exit 100: the version is not to be had":             bad("h", dispatch.Stage, 100, "E: Unable to locate package openssl=9"),
		"host: step install exit 100: no space is left":                        bad("h", dispatch.Installs, 100, "cannot write: No space left on device"),
		"patch: step install exit 100: the package does not install (acme)":    installs,
		"patch: step postcheck exit 1: the package is not in order (acme)":     broken,
		"patch: step install ran out of time: the package does not install":    late,
		"app: step postcheck exit 3: what runs on it is not in order":          bad("h", dispatch.Postcheck, 3, "inactive"),
		"app: step drain exit 1: it does not leave or enter service":           bad("h", dispatch.Drain, 1, "No space left on device"),
		"reboot: step reboot exit 1: it did not come back in order":            bad("h", dispatch.Reboots, 1, ""),
		"host: step cleanup exit 1: it is not fit to be patched":               bad("h", dispatch.Cleanup, 1, ""),
		"host: step precheck exit 1: its package database is locked or broken": bad("h", dispatch.Precheck, 1, "E: Could not get lock /var/lib/dpkg/lock"),
		"relay: step precheck exit 100: packages cannot be loaded":             bad("h", dispatch.Precheck, 100, "Temporary failure resolving 'deb.debian.org'"),
		"host: step stage exit 28: no space is left":                           bad("h", dispatch.Stage, 28, "patchops: 300000 KiB are needed, 120 KiB are free on usr"),
		"host: step stage exit 100: no space is left":                          bad("h", dispatch.Stage, 100, "E: You don't have enough free space in /var/cache/apt/archives/."),
		"host: step stage exit 1: no space is left":                            bad("h", dispatch.Stage, 1, "Error Summary\n  At least 300MB more space needed on the / filesystem."),
		"host: step stage exit 1: a newer version is there already":            bad("h", dispatch.Stage, 1, "patchops: bash is at 5.2-3 already, newer than 5.1-1"),
		"host: step stage exit 100: a package is on hold there":                bad("h", dispatch.Stage, 100, "W: Failed to fetch http://ppa.example/InRelease\nE: Held packages were changed and -y was used without --allow-change-held-packages."),
		"patch: step install exit 100: it would remove other packages":         bad("h", dispatch.Installs, 100, "E: Packages need to be removed but remove is disabled."),
		"app: step postcheck exit 7: what runs on it is not in order":          bad("h", dispatch.Postcheck, 7, "curl: connection refused"),
	} {
		f := Alone(&c)
		if got := string(f.Class) + ": " + f.Evidence[0]; got != want {
			t.Errorf("%+v is\n\t%s\nwanted\n\t%s", c, got, want)
		}
	}
}

func TestWhatEverybodyShares(t *testing.T) {
	var cases []Case
	for i := range 4 {
		c := bad(fmt.Sprintf("h%d", i), dispatch.Installs, 100, "subprocess returned error exit status 1")
		c.Selector, c.Profile = fmt.Sprint(i), fmt.Sprint(i)
		c.Outcome.Facts = []dispatch.Fact{{Name: "package", Subject: "acme", Value: "1.2", State: "iF"}}
		cases = append(cases, c)
	}
	cases = append(cases, ok("h4"), ok("h5"))
	if got := text(Judge(cases)); got != "systemic patch (package acme) 4 of 6" {
		t.Errorf("found %s", got)
	}
	for i := range 4 {
		cases[i] = Case{Asset: cases[i].Asset, Failed: true, State: dispatch.Unreachable}
	}
	if got := text(Judge(cases)); got != "systemic agent (agents) 4 of 6" {
		t.Errorf("found %s", got)
	}
	if got := text(Judge(append(cases[:2:2], cases[4:]...))); got != "one-off agent (host h0) 1 of 1; one-off agent (host h1) 1 of 1" {
		t.Errorf("found %s", got)
	}
	if got := Judge(cases[4:]); got != nil {
		t.Errorf("nothing failed, and found %v", got)
	}
}

// Hosts that were selected alike and all fail in the same way are one cause; where one of
// them does not, they are not.
func TestSelectedAlike(t *testing.T) {
	var cases []Case
	for i := range 30 {
		c := ok(fmt.Sprintf("h%02d", i))
		if i < 5 {
			c = bad(c.Asset, dispatch.Precheck, 9, "")
			c.Selector = "rhel/db/dnf"
		}
		cases = append(cases, c)
	}
	if got := text(Judge(cases)); got != "systemic policy (selector rhel/db/dnf) 5 of 5" {
		t.Errorf("found %s", got)
	}
	cases[7].Selector = "rhel/db/dnf"
	if got := Judge(cases)[0]; got.Systemic {
		t.Errorf("found %+v", got)
	}
}

// Where all that cannot load do so through one relay, the relay is what they share, though
// nobody elsewhere tells whether it is the source: others are not kept waiting for it.
func TestDownloadsThroughOneRelay(t *testing.T) {
	var cases []Case
	for i := range 6 {
		c := bad(fmt.Sprintf("h%d", i), dispatch.Stage, 100, "connection timed out")
		if c.Relay = "lyon"; i > 3 {
			c = ok(c.Asset)
			c.Relay = "lyon"
		}
		cases = append(cases, c)
	}
	if got := text(Judge(cases)); got != "systemic relay (relay lyon) 4 of 6" {
		t.Errorf("found %s", got)
	}
	cases[2].Relay, cases[5].Relay = "nice", "nice"
	if got := text(Judge(cases)); got != "systemic relay (downloads) 4 of 6" {
		t.Errorf("found %s", got)
	}
}

// Every failure is in exactly one finding, whatever the order of the cases.
func TestPropEveryFailureIsFoundOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cases []Case
		steps := []string{dispatch.Precheck, dispatch.Stage, dispatch.Installs, dispatch.Postcheck, "", "x"}
		for i := range rapid.IntRange(0, 40).Draw(t, "n") {
			c := ok(fmt.Sprintf("h%02d", i))
			if rapid.Bool().Draw(t, "failed") {
				c = bad(c.Asset, rapid.SampledFrom(steps).Draw(t, "step"), rapid.Int64Range(-1, 3).Draw(t, "exit"), rapid.SampledFrom([]string{"", "no space left", "x\xffy"}).Draw(t, "said"))
			}
			c.Site = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "site")
			c.Relay = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "relay")
			c.Selector = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "selector")
			cases = append(cases, c)
		}
		found := Judge(cases)
		var names []string
		for _, f := range found {
			names = append(names, f.Assets...)
			if len(f.Evidence) == 0 || f.Of < len(f.Assets) || f.Class == "" || f.Cause == "" {
				t.Fatalf("%+v", f)
			}
		}
		slices.Sort(names)
		var failed []string
		for _, c := range cases {
			if c.Failed {
				failed = append(failed, c.Asset)
			}
		}
		if !slices.Equal(names, failed) {
			t.Fatalf("found %v, failed %v", names, failed)
		}
		again := slices.Clone(cases)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if !reflect.DeepEqual(Judge(again), found) {
			t.Fatal("another order, other findings")
		}
	})
}

func TestWhatAHostSaysIsBounded(t *testing.T) {
	c := bad("h", dispatch.Installs, 1, strings.Repeat("é", 5000))
	c.Outcome.Facts = []dispatch.Fact{{Name: "package", Subject: strings.Repeat("p", 5000), Value: strings.Repeat("v", 5000), State: strings.Repeat("s", 5000)}}
	for _, line := range Alone(&c).Evidence {
		if len(line) > 400 {
			t.Errorf("%d bytes of evidence: %.80s", len(line), line)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	var cases []Case
	for i := range 100_000 {
		c := at(ok(fmt.Sprintf("h%06d", i)), fmt.Sprint(i%500))
		if i%10 == 0 {
			c = at(bad(c.Asset, dispatch.Installs, 1, "it did not work"), c.Site)
		}
		cases = append(cases, c)
	}
	for b.Loop() {
		Judge(cases)
	}
}
