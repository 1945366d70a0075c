package planning

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/rollout"
)

var update = flag.Bool("update", false, "write the summaries in testdata anew")

// TestExamples: what the examples mean to a rollout, as a summary that people can
// check against the documents.
func TestExamples(t *testing.T) {
	for _, name := range []string{"minimal", "msp"} {
		r := build(t, example(t, name))
		var b strings.Builder
		for i := range r.Input.Clients {
			summary{&b, &r.Input.Clients[i]}.client()
		}
		for _, f := range r.Findings {
			fmt.Fprintf(&b, "finding %s %s:%d %s\n", f.ID, f.File, f.Line, f.Message)
		}
		file := "testdata/" + name + ".txt"
		if *update {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != b.String() {
			t.Errorf("%s is not what planning says: make golden, and read the difference (%v): %s", file, err, firstChange(string(want), b.String()))
		}
	}
}

// firstChange is the first line that differs.
func firstChange(old, now string) string {
	before := strings.Split(old, "\n")
	for i, line := range strings.Split(now, "\n") {
		if i >= len(before) || before[i] != line {
			return line
		}
	}
	return "lines are missing"
}

type summary struct {
	*strings.Builder

	c *rollout.Client
}

func (s summary) line(format string, args ...any) { fmt.Fprintf(s, format+"\n", args...) }

func when(t int64) string {
	if t == 0 {
		return "-"
	}
	return time.Unix(t, 0).UTC().Format("2006-01-02T15:04Z")
}

func (s summary) client() {
	s.line("client %s, %s, %d holidays", s.c.Name, s.c.Zone, len(s.c.Business.Closed))
	for _, w := range s.c.Windows {
		next, _ := w.Def.Next(asOf.Unix())
		s.line("  window %s, next %s for %d min, capacity %d", w.ID, when(next.Start), (next.End-next.Start)/60, w.Capacity)
	}
	for _, d := range s.c.Denies {
		s.line("  deny %s %s, %s to %s, repeats %t, passes above %d, rule %q", d.ID, d.Path, when(d.Fixed.Start), when(d.Fixed.End), d.Def != nil, d.PassAbove, d.Rule)
	}
	for _, v := range s.c.Supports {
		s.line("  support %s of %s, %d weeks", v.Application, v.ID, len(v.Weeks))
	}
	for _, a := range s.c.Agreements {
		s.line("  agreement %s, %s to %s, windows %v and %v, lead %d and %d, longer for %d, down %v, cap %d, %d contacts and %d",
			a.ID, when(a.From), when(a.Until), a.Windows, a.EmergencyWindows, a.Lead.Seconds, a.EmergencyLead.Seconds, len(a.Leads),
			a.MaxUnavailable, a.CostCap, len(a.Contacts), len(a.EmergencyContacts))
		s.line("    rates %s %s %d %d %d, at least %d min, regular %d", a.Rates.Currency, a.Rates.Basis, a.Rates.PerHour,
			a.Rates.AfterHours, a.Rates.Holiday, a.Rates.MinimumMins, len(a.Rates.Regular))
	}
	for _, g := range s.c.Groups {
		s.line("  group %s, members %v, at most %d, standby first %t, primary %d, soak %d", g.ID, g.Members, g.Max, g.StandbyFirst, g.Primary, g.Soak)
	}
	for _, r := range s.c.Relays {
		s.line("  relay %s, %d Mbit/s, %d s before", r.ID, r.Mbps, r.Lead)
	}
	var assets runs
	for i, a := range s.c.Assets {
		assets.add(fmt.Sprintf("%d %s", i, a.Name), fmt.Sprintf("windows %v all %t, denies %v, supports %v, group %d, on %d, relay %d, tier %d, shifts %v, %s",
			a.Windows, a.All, a.Denies, a.Supports, a.Group, a.RunsOn, a.Relay, a.Tier, a.Shift, a.Stratum))
	}
	s.runs("  asset", assets)
	for i := range s.c.Plans {
		s.plan(&s.c.Plans[i])
	}
}

func (s summary) plan(p *rollout.Plan) {
	s.line("  plan %s, %s, ring %d %q, deadline %s, age %d, reboot %s", p.ID, p.Change, p.Ring, p.RingName, when(p.Deadline), p.MinimumAge, p.Reboot)
	for _, w := range p.Waves {
		s.line("    wave %s %d%% %d %v, soak %d, at once %v", w.Name, w.Percent, w.Count, w.Chosen, w.Soak, w.MaxConcurrent)
	}
	var work runs
	for _, w := range p.Work {
		text := fmt.Sprintf("%s, %d min, risk %d, due %s, least %d, %d bytes, reboots %t, by hand %t, after %v",
			strings.Join(w.Patches, " "), w.Minutes, w.Risk, when(w.Due), w.Least, w.Bytes, w.Reboots, w.ByHand, w.DependsOn)
		for _, b := range w.Blocks {
			text += fmt.Sprintf("\n      blocked %s by %s %s: %s", b.Code, b.By, b.Path, b.Text)
		}
		work.add(s.c.Assets[w.Asset].Name, text)
	}
	s.runs("   ", work)
	var excluded runs
	for _, e := range p.Excluded {
		excluded.add(e.Asset, fmt.Sprintf("%s by %s", e.Code, e.By))
	}
	s.runs("   ", excluded)
}

// runs are lines in which those that say the same, one after the other, are one.
type runs []run

type run struct {
	first, last, text string
	count             int
}

func (r *runs) add(name, text string) {
	if last := len(*r) - 1; last >= 0 && (*r)[last].text == text {
		(*r)[last].last = name
		(*r)[last].count++
		return
	}
	*r = append(*r, run{name, name, text, 1})
}

func (s summary) runs(indent string, list runs) {
	for _, r := range list {
		if r.count == 1 {
			s.line("%s %s: %s", indent, r.first, r.text)
			continue
		}
		s.line("%s %s to %s, %d: %s", indent, r.first, r.last, r.count, r.text)
	}
}
