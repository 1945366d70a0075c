package progress

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// gateFailed names the gate of a wave that failed for good; "" none did.
func (r *running) gateFailed(k int) string {
	w := r.sums[k].wave
	if w == nil || w.Ended > 0 {
		return ""
	}
	for i := range r.waves[k].Gates {
		g := &r.waves[k].Gates[i]
		if m := w.Measured[g.Name]; g.Probe && (m.Worse || m.Fails >= max(1, g.Fail)) {
			return g.Name
		}
	}
	return ""
}

// worse is the code of a gate's failure by comparison with before the wave.
const worse = "WORSE"

func (m *Measured) before(outcome string) {
	if outcome == "pass" {
		m.BeforePassed++
	}
	if outcome != "inconclusive" {
		m.Before++
	}
}

func (m *Measured) after(outcome string) {
	if outcome == "pass" {
		m.AfterPassed++
	}
	if outcome != "inconclusive" {
		m.After++
	}
}

// worsened says whether the share of measurements that passed fell by more percent
// points than a gate bears.
func (m *Measured) worsened(percent int) bool {
	return m.AfterPassed*m.Before*100 < (m.BeforePassed*100-int64(percent)*m.Before)*m.After
}

// baseline measures a gate before its wave begins, to compare with.
func (t *tick) baseline(r *running, k int, first int64) {
	for i := range r.waves[k].Gates {
		g := &r.waves[k].Gates[i]
		if !g.Probe || g.Before == 0 {
			continue
		}
		due := first - g.Before
		if m, measured := r.sums[k].wave.Measured[g.Name]; measured {
			due = max(due, m.At+max(1, g.Every))
		}
		if t.at < due {
			t.wake(due)
		} else if t.at < first {
			t.probes(r, r.sums[k].wave, g)
		}
	}
}

// probes has a gate measured.
func (t *tick) probes(r *running, w *WaveProgress, g *Gate) {
	t.do(Decision{
		Act: Measures, Client: r.Client, Plan: r.Plan, Wave: w.Name, Gate: g, Assets: w.measured(), Why: "gate " + g.Name,
		Records: []resultlog.Record{{Kind: resultlog.Gate, Run: r.ID, Plan: r.key, Wave: w.Name, Gate: g.Name}},
	})
}

// measured are the assets that a wave's gates are about: its members, or those that it
// is going to have.
func (w *WaveProgress) measured() []string {
	if w.Begun > 0 {
		return w.Assets
	}
	var out []string
	for _, h := range w.hosts {
		if !h.State.Ended() {
			out = append(out, h.Asset)
		}
	}
	return out
}

// compared decides on a gate that compares with before: passed, worse, or nobody can say.
func (t *tick) compared(r *running, w *WaveProgress, g *Gate, m Measured) bool {
	switch {
	case g.Before == 0 || m.Before == 0 && w.Resumed > 0:
		return true
	case m.Before == 0:
		t.pause(r, w, PauseInconclusive, "", "gate "+g.Name+" has nothing from before the wave to compare with")
	case m.worsened(g.Worse):
		t.record(r, w.Name, resultlog.Record{
			Kind: resultlog.Gate, Gate: g.Name, Outcome: "fail", Code: worse,
			Why: fmt.Sprintf("%d of %d passed since, %d of %d before", m.AfterPassed, m.After, m.BeforePassed, m.Before),
		})
	default:
		return true
	}
	return false
}

// quorum is when so many sessions of a wave had ended as its advance wants; false as
// long as they have not.
func (r *running) quorum(k int) (int64, bool) {
	u := &r.sums[k]
	advance := r.waves[k].Advance
	if advance <= 0 || advance > 100 {
		advance = 100
	}
	if u.placed == 0 {
		return u.wave.Begun, !r.untried(k)
	}
	need := max(1, (advance*u.placed+99)/100)
	if u.settled+len(u.late) < need { // what nobody knows of for too long has failed
		return 0, false
	}
	ends := slices.Sorted(slices.Values(slices.Concat(u.wave.ends, u.late)))
	return ends[min(need, len(ends))-1], true
}

// untried says that nothing of a first wave was ever done, and its hosts have work: what
// comes after it has no canary then. Later waves are not kept waiting by hosts without a
// place.
func (r *running) untried(k int) bool {
	return k == 0 && len(r.sums) > 1 && r.sums[k].pending > 0 && len(r.sums[k].wave.ends) == 0
}

// pass carries a wave that has begun to its end: quorum, soak, gates.
func (t *tick) pass(r *running, k int) {
	u, wave := &r.sums[k], &r.waves[k]
	from, reached := r.quorum(k)
	if !reached || t.pausedForPerson(r, u.wave) {
		if code, w := t.shut(r, u.wave); reached && u.pending == 0 && code != "" { // else it is said of what does not start
			t.waits(w)
		}
		return
	}
	soaked := from + wave.Soak
	if museum.Planted("no-soak") {
		soaked = from
	}
	open := true
	asks := probing{from: from, soaked: soaked, since: max(soaked, u.wave.Resumed)}
	for i := range wave.Gates {
		if g := &wave.Gates[i]; !g.Probe && t.at >= soaked {
			open = t.ask(r, u.wave, g, soaked) && open
			asks.since = max(asks.since, u.wave.Measured[g.Name].At)
		}
	}
	asks.last = open && (r.more(k) || u.pending == 0 && u.wave.InFlight == 0)
	for i := range wave.Gates {
		if g := &wave.Gates[i]; g.Probe {
			open = t.measure(r, u.wave, g, asks) && open
		}
	}
	if t.at < soaked {
		t.waits(Wait{Client: r.Client, Plan: r.Plan, Wave: wave.Name, Code: rollout.WaveGate, Why: "soaking", Until: soaked})
		return
	}
	if !open || r.stale {
		return
	}
	outcome := "promoted"
	if !r.more(k) {
		if outcome = "closed"; u.pending > 0 || u.wave.InFlight > 0 {
			return // what has no place yet may still get one, and nothing is claimed in a closed wave
		}
	}
	r.done = true
	t.record(r, wave.Name, resultlog.Record{Kind: resultlog.WaveEnded, Outcome: outcome})
}

// more says whether a wave after this one has hosts.
func (r *running) more(k int) bool {
	for i := k + 1; i < len(r.sums); i++ {
		if r.sums[i].pending+r.sums[i].placed > 0 {
			return true
		}
	}
	return false
}

// pausedForPerson says whether a wave waits for a person, whatever else happens.
func (t *tick) pausedForPerson(r *running, w *WaveProgress) bool {
	for _, p := range w.Pauses {
		if p.Code != PauseFreeze {
			return true
		}
	}
	return stopOf(t.s.Stops[r.key], w.Name) != nil
}

// probing is when the probes of a wave are measured: from its quorum on, to the end of its soak,
// and last when nothing but them is waited for any more.
type probing struct {
	from, soaked int64
	since        int64 // when people had said what was wanted of them
	last         bool
}

// staleAfter is when a measurement says nothing any more, where its gate wants none as rarely
// as that: after an outage of ours it is measured again.
const staleAfter = 3600

// holds says whether a measurement is of the end of the soak, and, if nothing else is waited
// for, of now: people may have taken days since.
func (p probing) holds(at, measured, every int64) bool {
	end := p.soaked
	if p.last && !museum.Planted("stale-probe") {
		end = max(p.since, at-max(staleAfter-every, 0))
	}
	return at >= p.soaked && measured > end-every
}

// measure decides on the next measurement of a probe, and says whether it passes.
func (t *tick) measure(r *running, w *WaveProgress, g *Gate, p probing) bool {
	m, measured := w.Measured[g.Name]
	if m.Unclear >= max(1, g.Fail) {
		t.pause(r, w, PauseInconclusive, "", fmt.Sprintf("gate %s was inconclusive %d times", g.Name, m.Unclear))
		return false
	}
	every := max(1, g.Every)
	passed := measured && w.Gates[g.Name] == "pass" && m.At >= p.from
	if passed && p.holds(t.at, m.At, every) {
		return t.compared(r, w, g, m)
	}
	due := p.from
	if measured && m.At >= p.from {
		due = m.At + every
	}
	if t.at < due {
		t.wake(due)
	} else {
		t.probes(r, w, g)
	}
	t.waits(Wait{Client: r.Client, Plan: r.Plan, Wave: w.Name, Code: rollout.WaveGate, Why: fmt.Sprintf("gate %s: %s so far", g.Name, cmp.Or(w.Gates[g.Name], "nothing measured"))})
	return false
}

// ask decides on a gate of people: passed when enough different ones have said so.
func (t *tick) ask(r *running, w *WaveProgress, g *Gate, since int64) bool {
	if w.Gates[g.Name] == "pass" {
		return true
	}
	agreed, against := g.voices(w.Words, t.at)
	since = max(since, w.Resumed)
	why := fmt.Sprintf("gate %s has the word of %d, wanted %d of %s", g.Name, len(agreed), g.Count, cmp.Or(g.Group, strings.Join(g.Roles, " or ")))
	switch {
	case against != "":
		t.waits(Wait{Client: r.Client, Plan: r.Plan, Wave: w.Name, Code: rollout.WaveGate, Why: "gate " + g.Name + " is rejected by " + against})
	case len(agreed) >= max(1, g.Count):
		t.record(r, w.Name, resultlog.Record{Kind: resultlog.Gate, Gate: g.Name, Outcome: "pass", Why: strings.Join(agreed, ", ")})
	case g.Within > 0 && t.at >= since+g.Within:
		t.pause(r, w, PauseInconclusive, "", why+" in time")
	default:
		until := int64(0)
		if g.Within > 0 {
			until = since + g.Within
		}
		t.waits(Wait{Client: r.Client, Plan: r.Plan, Wave: w.Name, Code: rollout.WaveGate, Why: why, Until: until})
	}
	return false
}

// voices are the different people or contacts whose newest word is for a gate at an instant,
// and one who is against it: a rejection stands until its author withdraws it.
func (g *Gate) voices(words []Word, at int64) (agreed []string, against string) {
	said := map[string]string{}
	for i, w := range words {
		who := g.voice(w)
		if museum.Planted("one-voice-twice") && who != "" {
			who += string(rune('0' + i%10))
		}
		switch {
		case who == "" || said[who] == string(resultlog.Rejection):
		case w.Verdict != string(resultlog.Rejection) && w.Expires > 0 && at >= w.Expires:
			delete(said, who) // and what was said before it is not the newest
		default:
			said[who] = w.Verdict
		}
	}
	for _, who := range sortedKeys(said) {
		if said[who] == string(resultlog.Rejection) {
			return nil, who
		}
		agreed = append(agreed, who)
	}
	return agreed, ""
}

// voice is who speaks: a person of the group; or, where contacts are wanted, the
// contact whose word somebody took who may.
func (g *Gate) voice(w Word) string {
	may := slices.Contains(g.People, w.Person)
	switch {
	case len(g.Roles) == 0:
		if may && w.Contact == "" {
			return w.Person
		}
	case w.Contact != "":
		name := w.Contact[strings.LastIndex(w.Contact, "/")+1:]
		if slices.Contains(g.Contacts, name) && (may || len(g.People) == 0) {
			return "contact " + name
		}
	case w.Verdict == string(resultlog.Rejection) && may:
		return w.Person
	}
	return ""
}
