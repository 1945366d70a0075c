package progress

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
	"pgregory.net/rapid"
)

// begin begins a run and locks its first schedule.
func (s *stage) begin() *Locked {
	s.Helper()
	s.append("acme", resultlog.Record{Kind: resultlog.RunBegun, Plan: key, Run: "sha256:run", Commit: s.docs.Commit, Grant: s.plan.Digest})
	if len(s.replan()) != 1 {
		s.Fatal("the first schedule is not locked")
	}
	return s.run().Schedule
}

// replan locks what differs, and returns it.
func (s *stage) replan() []Replanned {
	s.Helper()
	all, err := Replan(s.state, s.docs, s.now.At, "")
	if err != nil {
		s.Fatal(err)
	}
	for _, r := range all {
		s.blobs[canonical.Digest(r.Blob)] = r.Blob
		s.append(r.Client, r.Records...)
	}
	return all
}

// moves are those of a schedule, one line each code, from and to: "FREEZE 11T01:00>15T01:00 x3".
func moves(all []Replanned) string {
	count := map[string]int{}
	for _, r := range all {
		for _, m := range r.Records[0].Moves {
			count[m.Code+" "+short(m.From)+">"+short(m.To)]++
		}
	}
	var out []string
	for _, line := range slices.Sorted(maps.Keys(count)) {
		out = append(out, fmt.Sprintf("%s x%d", line, count[line]))
	}
	return strings.Join(out, ", ")
}

func short(instant string) string {
	if instant == "" {
		return "none"
	}
	return instant[8:16]
}

func (s *stage) expectMoves(want string) []Replanned {
	s.Helper()
	all := s.replan()
	if got := moves(all); got != want {
		s.Errorf("%s: the moves are\n\t%s\nwanted\n\t%s", instant(s.now.At), got, want)
	}
	return all
}

// freeze freezes all assets for a time.
func (s *stage) freezeAll(from, until string) {
	c := &s.docs.Input.Clients[0]
	c.Denies = append(c.Denies, rollout.Deny{ID: "Freeze/_/f", Fixed: window.Span{Start: clock(s.T, from), End: clock(s.T, until)}})
	for i := range c.Assets {
		c.Assets[i].Denies = []int{0}
	}
	s.commit("frozen")
}

// tell tells the client of every place that there is.
func (s *stage) tell() {
	seen := map[string]bool{}
	for _, asset := range slices.Sorted(maps.Keys(s.run().Schedule.Placements)) {
		p := s.run().Schedule.Placements[asset]
		if k := NoticeKey("ops", p.Window, p.Occurrence); !seen[k] {
			seen[k] = true
			s.append("acme", resultlog.Record{Kind: resultlog.Notice, Run: "sha256:run", Plan: key, Contact: "ops", Channel: "email", Window: p.Window, Occurrence: instant(p.Occurrence), Outcome: "sent"})
		}
	}
}

func TestScheduleIsLockedOnce(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 12)
	s.waves([]int{25, 100}, nil)
	locked := s.begin()
	if len(locked.Placements) != 12 || !slices.Equal(locked.Waves, []string{"w0", "w1"}) || locked.AsOf != s.now.At || locked.Tzdata != "tz" {
		t.Fatalf("locked %+v", locked)
	}
	s.expectMoves("")
	if again := s.replan(); len(again) != 0 {
		t.Errorf("%d schedules differ, and nothing has", len(again))
	}
	s.now.At = clock(t, "2026-06-11T01:05:00Z") // the starts of the first wave have passed, its occurrence goes on
	s.expectMoves("CAPACITY 11T01:15>11T01:20 x9")
	s.expectMoves("")
}

func TestFreezeMovesWhatIsLocked(t *testing.T) {
	for _, told := range []bool{false, true} {
		s := newStage(t, "2026-06-10T08:00:00Z", 3)
		s.begin()
		if told {
			s.tell()
		}
		s.freezeAll("2026-06-11T00:00:00Z", "2026-06-14T12:00:00Z")
		s.expectMoves("FREEZE 11T01:00>15T01:00 x3")
		s.expectMoves("")
	}
}

// What a freeze moved comes back when the freeze is lifted, though the client was told of
// the later place meanwhile: earlier only after a new notice in full.
func TestWhatAFreezeMovedComesBack(t *testing.T) {
	for _, lead := range []int64{0, day, 4 * day} {
		for _, told := range []bool{false, true} {
			s := newStage(t, "2026-06-10T08:00:00Z", 3)
			s.begin()
			s.freezeAll("2026-06-11T00:00:00Z", "2026-06-14T12:00:00Z")
			s.docs.Input.Clients[0].Agreements[0].Lead.Seconds = lead
			s.expectMoves("FREEZE 11T01:00>15T01:00 x3")
			if told {
				s.tell()
			}
			s.expectMoves("")
			was := conditions(s.state, s.run(), s.plan)
			s.plan.Lifted = []string{"Freeze/_/f"}
			s.docs.Input.Clients[0].Plans[0].Overrides = s.plan.Lifted
			s.commit("lifted")
			if is := conditions(s.state, s.run(), s.plan); is == was || was == "" {
				t.Errorf("the conditions were %q, and are %q", was, is)
			}
			want := map[int64]string{0: "FREEZE 15T01:00>11T01:00 x3", day: "FREEZE 15T01:00>12T01:00 x3", 4 * day: ""}[lead]
			s.expectMoves(want)
			s.expectMoves("")
		}
	}
}

func TestWindowThatChangesMovesWhatIsLocked(t *testing.T) {
	for tzdata, want := range map[string]string{"tz": "WINDOW_CHANGED 11T01:00>11T02:00 x2", "tz2": "TZDATA 11T01:00>11T02:00 x2"} {
		s := newStage(t, "2026-06-10T08:00:00Z", 2)
		s.begin()
		s.tell()
		def := *s.docs.Input.Clients[0].Windows[0].Def
		def.Start += hour
		s.docs.Input.Clients[0].Windows[0].Def = &def
		s.docs.Tzdata = tzdata
		s.commit("moved")
		s.expectMoves(want)
	}
}

func TestAddedAndGone(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 4)
	p := &s.docs.Input.Clients[0].Plans[0]
	all := p.Work
	p.Work = all[:2]
	s.begin()
	s.tell()
	p.Work = all[1:4]
	s.commit("c2")
	s.expectMoves("ASSET_ADDED none>11T01:00 x2, ASSET_GONE 11T01:00>none x1")
	p.Work = all[3:]
	s.plan.Gone = map[string]rollout.Code{"h001": rollout.AlreadyCompliant, "h002": rollout.NotSelected}
	s.commit("c3")
	s.expectMoves("ASSET_GONE 11T01:00>none x1, FEED 11T01:00>none x1")
}

// What is added after its wave has begun waits for a run of its own: the digest that the
// run is of stays what it was.
func TestAddedToWavesThatHaveBegun(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 6)
	s.waves([]int{50, 100}, func(_ int, w *Wave) { w.Soak = day })
	p := &s.docs.Input.Clients[0].Plans[0]
	all := p.Work
	p.Work = all[:4]
	s.begin()
	s.now.At = clock(t, "2026-06-11T00:59:00Z")
	s.append("acme", resultlog.Record{Kind: resultlog.WaveBegun, Run: "sha256:run", Plan: key, Wave: "w0", Assets: members(s.run(), "w0")})
	p.Work, s.plan.Digest = all[:5], "sha256:plan2"
	s.commit("c2")
	s.expectMoves("ASSET_ADDED none>12T01:15 x1")
	if h := s.run().Hosts["h004"]; h == nil || h.Wave != "w1" || s.run().Digest != "sha256:plan2" {
		t.Fatalf("h004 is %+v in a run of %s", h, s.run().Digest)
	}
	s.append("acme", resultlog.Record{Kind: resultlog.WaveBegun, Run: "sha256:run", Plan: key, Wave: "w1", Assets: members(s.run(), "w1")})
	p.Work, s.plan.Digest = all, "sha256:plan3"
	s.commit("c3")
	s.expectMoves("")
	s.freezeAll("2026-06-12T00:00:00Z", "2026-06-12T12:00:00Z") // a reason to lock again
	s.replan()
	if s.run().Hosts["h005"] != nil || s.run().Digest != "sha256:plan2" {
		t.Errorf("h005 is in the run (%t), which is of %s", s.run().Hosts["h005"] != nil, s.run().Digest)
	}
}

func members(r *Run, wave string) []string {
	var out []string
	for asset, h := range r.Hosts {
		if h.Wave == wave {
			out = append(out, asset)
		}
	}
	slices.Sort(out)
	return out
}

// WR30: what missed its window waits for somebody's word by default; with nextWindow it
// gets another place by itself.
func TestCaseWR30MissedWindow(t *testing.T) {
	for misfire, want := range map[string]string{"defer": "MISSED_WINDOW 11T01:00>none x2", "nextWindow": "MISSED_WINDOW 11T01:00>12T01:00 x2"} {
		s := newStage(t, "2026-06-10T08:00:00Z", 2)
		s.plan.Misfire = misfire
		s.begin()
		s.tell()
		s.now.At = clock(t, "2026-06-11T08:00:00Z")
		for asset := range s.run().Hosts {
			s.append("acme", resultlog.Record{Kind: resultlog.Deferred, Run: "sha256:run", Plan: key, Asset: asset, Code: "MISSED_WINDOW"})
		}
		s.expectMoves(want)
		s.expectMoves("")
	}
}

func TestPeerDownMovesWhatIsLocked(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	c := &s.docs.Input.Clients[0]
	c.Groups = []rollout.Group{{Name: "web", ID: "HAGroup/acme/web", Members: []int{0, 1}, Max: 1, Primary: -1}}
	c.Assets[0].Group, c.Assets[1].Group = 0, 0
	s.begin()
	s.tell()
	s.append("acme", resultlog.Record{Kind: resultlog.Facts, Asset: "h001", Facts: []resultlog.Fact{{Name: "health", Value: "down"}}})
	first := s.run().Schedule.Placements["h000"].Start
	s.expectMoves("HA_PEER_DOWN " + short(instant(first)) + ">none x1")
}

// WR44: who is done is not placed again, and no second canary is drawn.
func TestCaseWR44NoSecondCanary(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 20)
	s.waves([]int{10, 100}, func(k int, w *Wave) { w.Soak = int64(1-k) * day })
	s.until("2026-06-11T05:00:00Z")
	canary := members(s.run(), "w0")
	done := 0
	for _, h := range s.run().Hosts {
		if h.State.Ended() {
			done++
		}
	}
	if len(canary) != 2 || done != 2 {
		t.Fatalf("canary %v, %d done", canary, done)
	}
	before := maps.Clone(s.run().Schedule.Placements)
	s.freezeAll("2026-06-12T00:00:00Z", "2026-06-13T00:00:00Z")
	s.replan()
	if got := members(s.run(), "w0"); !slices.Equal(got, canary) {
		t.Errorf("the canary is %v, and was %v", got, canary)
	}
	for _, asset := range canary {
		if !samePlace(s.run().Schedule.Placements[asset], before[asset]) {
			t.Errorf("%s is done and was placed again", asset)
		}
	}
}

func samePlace(a, b Place) bool {
	return a.Start == b.Start && a.Occurrence == b.Occurrence && a.Wave == b.Wave
}

// The moves of many assets are in the schedule, whatever a record holds of them.
func TestManyMovesFitIntoARecord(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1000)
	s.begin()
	s.freezeAll("2026-06-11T00:00:00Z", "2026-06-14T12:00:00Z")
	all := s.replan()
	r := all[0].Records[0]
	line, err := canonical.Marshal(r)
	if err != nil || len(line) > 40<<10 || len(r.Moves) == 0 || r.Why == "" {
		t.Errorf("a record of %d bytes with %d moves, why %q, %v", len(line), len(r.Moves), r.Why, err)
	}
	if n := bytes.Count(all[0].Blob, []byte(`"h`)); n != 2000 || len(all[0].Blob) > 64<<10 {
		t.Errorf("a schedule of %d bytes names %d assets, wanted 2000 in less", len(all[0].Blob), n)
	}
}

func TestLockedScheduleIsReadStrictly(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 3)
	l := s.begin()
	l.Unplaced["x"], l.Stray["x"] = rollout.Freeze, "all"
	l.Notices = []rollout.Notice{{Contact: "ann", Channels: []string{"email"}, Phone: "+49 1", Window: "nightly", Occurrence: s.now.At, Assets: 3, SendBy: s.now.At}}
	blob, err := encodeLocked("acme", "os", l, nil)
	if err != nil || bytes.Contains(blob, []byte("+49")) {
		t.Fatalf("%s, %v", blob, err)
	}
	back, err := decodeLocked(blob)
	if err != nil || !maps.EqualFunc(back.Placements, l.Placements, func(a, b Place) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) ||
		!maps.Equal(back.Unplaced, l.Unplaced) || back.Stray["x"] != "all" || back.Notices[0].Contact != "ann" || back.Notices[0].Phone != "" {
		t.Errorf("read back: %+v, %v", back, err)
	}
	for _, bad := range []string{
		"", "{}", strings.Replace(string(blob), `"v":1`, `"v":2`, 1), strings.Replace(string(blob), `"h001"`, `"h000"`, 1),
		string(blob) + "\n", strings.Replace(string(blob), `{"asOf"`, `{ "asOf"`, 1),
	} {
		if _, err := decodeLocked([]byte(bad)); err == nil {
			t.Errorf("read without an error: %s", bad)
		}
	}
}

// A place that the client was told of moves only with a code, and never to an occurrence
// that it was not told of in time.
func TestPropToldPlacesMoveOnlyWithACode(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newStage(t, "2026-06-10T08:00:00Z", 8)
		lead := rapid.Int64Range(0, 3).Draw(rt, "lead") * day
		s.docs.Input.Clients[0].Agreements[0].Lead = rollout.Lead{Seconds: lead}
		if rapid.Bool().Draw(rt, "waves") {
			soak := rapid.Int64Range(0, 30).Draw(rt, "soak") * hour
			s.waves([]int{25, 100}, func(_ int, w *Wave) { w.Soak = soak })
		}
		if rapid.Bool().Draw(rt, "group") {
			c := &s.docs.Input.Clients[0]
			c.Groups = []rollout.Group{{Name: "web", ID: "HAGroup/acme/web", Members: []int{0, 1, 2}, Max: 1, Primary: 0, StandbyFirst: rapid.Bool().Draw(rt, "order")}}
			for i := range 3 {
				c.Assets[i].Group = 0
			}
		}
		s.begin()
		if rapid.Bool().Draw(rt, "told") {
			s.tell()
		}
		for range rapid.IntRange(1, 4).Draw(rt, "steps") {
			s.now.At += rapid.Int64Range(0, 2*day).Draw(rt, "passes")
			s.disturb(rt)
			was := maps.Clone(s.run().Schedule.Placements)
			told := map[string]bool{}
			for asset, h := range s.run().Hosts {
				told[asset] = h.Place != nil && s.run().knows(h.Place)
			}
			all := s.replan()
			coded := map[string]bool{}
			for _, r := range all {
				for _, m := range r.Records[0].Moves {
					coded[m.Asset] = m.Code != ""
				}
			}
			for asset, is := range s.run().Schedule.Placements {
				old, had := was[asset]
				if had && old.Occurrence != is.Occurrence {
					if !coded[asset] {
						rt.Fatalf("%s moved from %s to %s without a code", asset, instant(old.Start), instant(is.Start))
					}
					if is.Start < s.now.At+lead {
						rt.Fatalf("%s (told %t) moved to %s at %s, and the lead is %d", asset, told[asset], instant(is.Start), instant(s.now.At), lead)
					}
				}
			}
			if again := s.replan(); len(again) > 0 {
				rt.Fatalf("a schedule that was locked just now differs: %s\n%s\n%s", moves(again), all[0].Blob, again[0].Blob)
			}
		}
	})
}

// disturb lets something happen.
func (s *stage) disturb(rt *rapid.T) {
	switch rapid.IntRange(0, 4).Draw(rt, "what") {
	case 0:
		from := s.now.At + rapid.Int64Range(-day, 3*day).Draw(rt, "from")
		c := &s.docs.Input.Clients[0]
		c.Denies = []rollout.Deny{{ID: "Freeze/_/f", Fixed: window.Span{Start: from, End: from + rapid.Int64Range(1, 4*day).Draw(rt, "for")}}}
		for i := range c.Assets {
			c.Assets[i].Denies = []int{0}
		}
	case 1:
		s.docs.Input.Clients[0].Denies = nil
		for i := range s.docs.Input.Clients[0].Assets {
			s.docs.Input.Clients[0].Assets[i].Denies = nil
		}
	case 2:
		s.tell()
	case 3:
		c := &s.docs.Input.Clients[0]
		c.Windows = []rollout.Window{{Name: "nightly", ID: c.Windows[0].ID, Def: c.Windows[0].Def, Capacity: rapid.IntRange(0, 4).Draw(rt, "capacity")}}
	}
	s.commit("later")
}
