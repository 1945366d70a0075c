package window

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// anyWindow draws windows in any zone, often around changes of clocks.
func anyWindow(t *rapid.T) *Window {
	loc, err := Zone(rapid.SampledFrom(scannedZones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	start := Date(rapid.IntRange(16_000, 24_000).Draw(t, "start")).At(Clock(60 * rapid.SampledFrom([]int{0, 30, 90, 120, 150, 179, 1380}).Draw(t, "clock")))
	w := &Window{Zone: loc, Start: start}
	near := func(name string) Local { return start + Local(rapid.IntRange(-3, 90).Draw(t, name))*daySeconds }
	if rapid.IntRange(0, 9).Draw(t, "rule?") > 0 {
		r := ended(t, likely(t), start)
		if rapid.Bool().Draw(t, "daily") {
			r.ByMonth, r.ByMonthDay, r.ByYearDay, r.ByWeekNo, r.ByDay, r.BySetPos = nil, nil, nil, nil, nil, nil
			r.Frequency, r.Interval = Daily, 1
		}
		w.Rule = &r
	}
	w.Offset = rapid.SampledFrom([]int64{0, 0, 3 * daySeconds, -daySeconds, 5400}).Draw(t, "offset")
	w.Length = rapid.SampledFrom([]int64{0, 0, 60, 3600, 4 * 3600, daySeconds, 7 * daySeconds}).Draw(t, "length")
	if w.Length == 0 {
		w.End = Clock(rapid.SampledFrom([]int{1, 2, 3, 4, 8, 48}).Draw(t, "end") * 1800)
	}
	w.Gap, w.Overlap = Gap(rapid.IntRange(0, 2).Draw(t, "gap")), Overlap(rapid.IntRange(0, 1).Draw(t, "overlap"))
	for range rapid.IntRange(0, 2).Draw(t, "more") {
		w.RDates = append(w.RDates, near("rdate"))
		w.ExDates = append(w.ExDates, ExDate{At: near("exdate"), WholeDay: rapid.Bool().Draw(t, "whole")})
		w.Moves = append(w.Moves, Move{near("from"), near("to") + 3600})
	}
	w.OnHoliday = OnHoliday(rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "holiday"))
	for d := start.Date(); d < start.Date()+60; d += 5 {
		w.Holidays = append(w.Holidays, d)
	}
	return w
}

// question draws a span of time around a window's start.
func question(t *rapid.T, w *Window, name string) (from, to int64) {
	from = int64(w.Start) + int64(rapid.IntRange(-20*24, 60*24).Draw(t, name))*3600
	return from, from + int64(rapid.IntRange(1, 40*24).Draw(t, name+" hours"))*3600
}

// Safety: what is listed is in order, within bounds, once, and where the clocks say.
func TestExpandIsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWindow(t)
		from, to := question(t, w, "from")
		e := w.Expand(from, to)
		for i, o := range e.Occurrences {
			shown := LocalAt(o.Start, w.Zone)
			switch {
			case o.Start >= o.End || o.End <= from || o.Start >= to:
				t.Fatalf("%v is outside [%d, %d)", o, from, to)
			case i > 0 && e.Occurrences[i-1].Start >= o.Start:
				t.Fatalf("%v comes before %v", e.Occurrences[i-1], o)
			case o.Notes&(GapShifted|GapClipped) == 0 && shown != o.Nominal, o.Notes&(GapShifted|GapClipped) != 0 && shown <= o.Nominal:
				t.Fatalf("%v starts when the clocks show %s", o, shown)
			case (len(o.Nominal.Readings(w.Zone)) > 1) != (o.Notes&Overlapped != 0):
				t.Fatalf("%v: wrong note of an overlap", o)
			case w.Length > 0 && o.End-o.Start != w.Length:
				t.Fatalf("%v lasts %d, want %d", o, o.End-o.Start, w.Length)
			case w.Length == 0 && LocalAt(o.End, w.Zone).Clock()%daySeconds != w.End%daySeconds && len(w.NominalEnd(o.Nominal).Readings(w.Zone)) > 0:
				t.Fatalf("%v ends when the clocks show %s", o, LocalAt(o.End, w.Zone))
			}
		}
	})
}

// Liveness: nothing is lost between questions. Two that touch say what one says.
func TestExpandIsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWindow(t)
		from, to := question(t, w, "from")
		mid := from + (to-from)*int64(rapid.IntRange(0, 10).Draw(t, "mid"))/10
		whole, first, second := w.Expand(from, to), w.Expand(from, mid), w.Expand(mid, to)
		for _, o := range second.Occurrences {
			if !slices.Contains(first.Occurrences, o) {
				first.Occurrences = append(first.Occurrences, o)
			}
		}
		first.Skipped = append(first.Skipped, second.Skipped...)
		if !slices.Equal(whole.Occurrences, first.Occurrences) {
			t.Fatalf("[%d, %d) has %v, in parts by %d %v", from, to, whole.Occurrences, mid, first.Occurrences)
		}
		if len(whole.Skipped) != len(first.Skipped) || slices.ContainsFunc(whole.Skipped, func(s Skip) bool { return !slices.Contains(first.Skipped, s) }) {
			t.Fatalf("[%d, %d) skips %v, in parts by %d %v", from, to, whole.Skipped, mid, first.Skipped)
		}
	})
}

// Next is the first that Expand lists, and there is none only if it lists none.
func TestNextAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWindow(t)
		from, to := question(t, w, "after")
		listed := w.Expand(from, to).Occurrences
		i := slices.IndexFunc(listed, func(o Occurrence) bool { return o.Start >= from })
		next, ok := w.Next(from)
		switch {
		case i >= 0 && (!ok || next != listed[i]):
			t.Fatalf("Next(%d) = %v, %v, want %v", from, next, ok, listed[i])
		case i < 0 && ok && next.Start < to, ok && next.Start < from:
			t.Fatalf("Next(%d) = %v, before %d nothing is listed", from, next, to)
		case ok && !slices.Contains(w.Expand(next.Start, next.Start+1).Occurrences, next):
			t.Fatalf("Next(%d) = %v, which Expand has not", from, next)
		}
	})
}

// A deny covers its occurrences under every reading (safety), and from the first of
// them to the last (liveness): no treatment of gaps opens what it closes, and it
// closes no more.
func TestHullCoversAllReadings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWindow(t)
		from, to := question(t, w, "from")
		hull := w.Hull(from, to)
		type bounds struct{ first, last int64 }
		widest := map[Local]bounds{}
		for _, variant := range []struct {
			gap     Gap
			overlap Overlap
		}{{GapShift, OverlapFirst}, {GapClip, OverlapFirst}, {GapShift, OverlapSecond}, {GapClip, OverlapSecond}} {
			v := *w
			v.Gap, v.Overlap = variant.gap, variant.overlap
			e := v.Expand(from, to)
			if left := spansOf(e).Clip(from, to).Minus(hull); left != nil {
				t.Fatalf("%+v leaves %v of %v open", variant, left, hull)
			}
			for _, o := range e.Occurrences {
				b, seen := widest[o.Nominal]
				if !seen {
					b = bounds{o.Start, o.End}
				}
				widest[o.Nominal] = bounds{min(b.first, o.Start), max(b.last, o.End)}
			}
		}
		if w.Length == 0 || len(w.RDates) > 0 {
			return // an end may leave nothing under one reading and much under another
		}
		var list []Span
		for _, b := range widest {
			list = append(list, Span{b.first, b.last})
		}
		if more := hull.Minus(NewSpans(list)); more != nil {
			t.Fatalf("hull %v closes %v, more than any reading", hull, more)
		}
	})
}

// W18: the same bytes on any machine: neither its zone nor its zone data counts.
func TestW18SameOnAnyMachine(t *testing.T) {
	if os.Getenv("PATCHOPS_DIGEST") != "" {
		h := sha256.New()
		for _, name := range scannedZones {
			w := newWindow(t, name, "2026-01-01T02:30", "FREQ=DAILY", "PT4H")
			fmt.Fprintln(h, shown(w.Expand(mustInstant(t, "2026-01-01"), mustInstant(t, "2030-01-01"))))
		}
		fmt.Printf("digest %x\n", h.Sum(nil))
		return
	}
	digests := map[string]bool{}
	for _, env := range [][]string{{"TZ=UTC"}, {"TZ=Asia/Tokyo"}, {"TZ=America/New_York", "ZONEINFO=/nowhere"}, {"TZ=nonsense", "LC_ALL=tr_TR.UTF-8"}} {
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestW18SameOnAnyMachine$")
		command.Env = append([]string{"PATCHOPS_DIGEST=1"}, env...)
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", env, err, out)
		}
		line, _, _ := strings.Cut(string(out), "\n")
		digests[line] = true
	}
	if len(digests) != 1 {
		t.Errorf("answers differ by machine: %v", digests)
	}
}
