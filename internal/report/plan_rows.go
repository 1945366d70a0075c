package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// Plans are unfolded from the start where there are no more than this.
const unfolded = 3

func (v *planView) htmlPlan(p *rollout.PlanSchedule, s scale) htmlPlan {
	sum, zone, client := total([]rollout.PlanSchedule{*p}), v.zone(p.Client), v.client(p.Client)
	all := slots(p)
	out := htmlPlan{
		Anchor: Display("plan-" + p.Client + "-" + p.Plan), Client: Display(p.Client), Plan: Display(p.Plan), Zone: zone.String(),
		Search: searchText(p), Open: len(v.Shown) <= unfolded, Trouble: trouble(p), Placed: sum.placed, NoPlace: sum.unplaced, Late: late(p),
		Cost: sum.money(), Bars: bars(p, all, s), Chart: v.chartOf(p, all, client), Slots: v.htmlSlots(p, all), Label: v.stripLabel(p, sum),
	}
	if client != nil {
		back := calendarOf(client, p, s)
		out.Windows, out.Freezes = s.path(bare(back.windows), 0, 20), s.path(bare(back.freezes), 0, 20)
	}
	if p.MergeBy != 0 {
		out.MergeBy = stamp(p.MergeBy, zone)
	}
	for _, g := range unplacedGroups(p) {
		out.Unplaced = append(out.Unplaced, v.htmlUnplaced(p, g))
	}
	for _, x := range p.Breaches {
		if x.PlacedEnd != 0 {
			out.Lates = append(out.Lates, fmt.Sprintf("%s is due %s, ends %s", Display(x.Asset), stamp(x.Due, zone), stamp(x.PlacedEnd, zone)))
		}
	}
	for _, n := range noticeGroups(p.Notices) {
		out.Notices = append(out.Notices, n.words(zone, as, Display))
	}
	for _, r := range p.Remarks {
		out.Remarks = append(out.Remarks, r.ID+": "+Display(r.Text))
	}
	if len(p.Excluded) > 0 {
		out.Excluded = excludedLine(p.Excluded)
	}
	return out
}

func (v *planView) stripLabel(p *rollout.PlanSchedule, sum totals) string {
	if sum.first == 0 {
		return "no session has a place"
	}
	zone := v.zone(p.Client)
	return fmt.Sprintf("sessions from %s to %s", stamp(sum.first, zone), stamp(sum.last, zone))
}

// searchText is what the search looks in.
func searchText(p *rollout.PlanSchedule) string {
	words := []string{p.Client, p.Plan}
	for _, s := range p.Placements {
		words = append(words, s.Asset)
	}
	for _, u := range p.Unplaced {
		words = append(words, u.Asset, string(u.Code))
	}
	slices.Sort(words[2:])
	return strings.ToLower(Display(strings.Join(slices.Compact(words), " ")))
}

// bars are the sessions of each wave, drawn as one path.
func bars(p *rollout.PlanSchedule, all []slot, s scale) []htmlBar {
	var out []htmlBar
	for i, w := range p.Waves {
		var spans []window.Span
		for _, x := range all {
			if x.wave != w.Name {
				continue
			}
			if n := len(spans); n > 0 && x.start <= spans[n-1].End {
				spans[n-1].End = max(spans[n-1].End, x.end)
				continue
			}
			spans = append(spans, window.Span{Start: x.start, End: x.end})
		}
		if d := s.path(spans, 4, 12); d != "" {
			out = append(out, htmlBar{waveClass(i), d})
		}
	}
	return out
}

func (v *planView) htmlSlots(p *rollout.PlanSchedule, all []slot) []htmlSlot {
	var out []htmlSlot
	zone := v.zone(p.Client)
	for _, w := range p.Waves {
		first := true
		for _, x := range all {
			if x.wave != w.Name {
				continue
			}
			row := htmlSlot{
				Local: localSpan(x.start, x.end, zone), UTC: localSpan(x.start, x.end, zoneOr(nil)), Window: Display(x.window),
				htmlHosts: hosts(x.assets()), Moved: movedCodes(x.placements),
			}
			row.Binding, row.Because = v.because(p.Client, x)
			if first {
				row.Wave, row.Note, first = Display(w.Name), v.waveNote(p, w), false
			}
			out = append(out, row)
		}
		if first {
			out = append(out, htmlSlot{Wave: Display(w.Name), Note: v.waveNote(p, w)})
		}
	}
	return out
}

func (v *planView) waveNote(p *rollout.PlanSchedule, w rollout.WaveSchedule) string {
	_, note, _ := strings.Cut(v.waveLine(p, w), ": ")
	return note
}

// because is why the sessions of a slot are not earlier, where they agree on it.
func (v *planView) because(client string, x slot) (code, sentence string) {
	first := x.placements[0]
	for _, s := range x.placements {
		if s.Binding != first.Binding {
			return "", "see each in the JSON"
		}
	}
	if len(first.Rejected) > 0 {
		sentence = triedWords(first.Rejected[len(first.Rejected)-1], v.zone(client))
	}
	return string(first.Binding), sentence
}

func hosts(names []string) htmlHosts {
	shown, more := few(names, fewNames, Display)
	out := htmlHosts{Few: strings.Join(shown, " "), More: more}
	full, _ := few(names, len(names), Display)
	out.Hosts = strings.Join(full, " ")
	return out
}

// Rows of what was tried, of one session.
const fewTried = 6

func (v *planView) htmlUnplaced(p *rollout.PlanSchedule, g troubleGroup) htmlUnplaced {
	zone := v.zone(p.Client)
	out := htmlUnplaced{htmlHosts: hosts(g.assets), Code: string(g.first.Code), Sentence: g.sentence, WayOut: wayOut(p, g.first, zone)}
	for i, r := range g.first.Tried {
		if i == fewTried {
			out.MoreTried = len(g.first.Tried) - i
			break
		}
		out.Tried = append(out.Tried, triedWords(r, zone))
	}
	return out
}
