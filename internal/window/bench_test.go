package window

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// slowest are the rules that cost most, with questions about 2098: those that
// match never, rarely or every minute, that are counted from 1970, that skip far.
var slowest = []struct{ name, start, rule string }{
	{"never", "1970-01-01T22:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"},
	{"never by day", "1970-01-01T22:00", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"},
	{"never by weeks", "1970-01-01T22:00", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;BYMONTH=12"},
	{"leap day on a Sunday", "1972-02-29T22:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU"},
	{"counted by day", "1970-01-01T22:00", "FREQ=DAILY;COUNT=999999"},
	{"counted by month", "1970-01-01T22:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2,1;COUNT=999999"},
	{"counted to its end", "1970-01-01T22:00", "FREQ=DAILY;COUNT=47100"},
	{"wide intervals", "1970-01-01T22:00", "FREQ=DAILY;INTERVAL=999999"},
	{"every minute", "1970-01-01T22:00", "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=" + numbersTo(23) + ";BYMINUTE=" + numbersTo(59)},
	{"every minute, counted", "1970-01-01T22:00", "FREQ=DAILY;BYHOUR=" + numbersTo(23) + ";BYMINUTE=" + numbersTo(59) + ";COUNT=999999"},
	{"positions", "1970-01-01T22:00", "FREQ=YEARLY;BYDAY=MO,TU;BYHOUR=" + numbersTo(23) + ";BYSETPOS=" + numbersTo(366)[2:]},
}

func numbersTo(last int) string {
	var b strings.Builder
	for n := range last + 1 {
		fmt.Fprintf(&b, ",%d", n)
	}
	return b.String()[1:]
}

// The slowest legal rules are answered in milliseconds, for a horizon of 35 days and
// for the next occurrence. The bound is loose for slow machines.
func TestSlowestRules(t *testing.T) {
	from := mustInstant(t, "2098-06-01")
	for _, c := range slowest {
		w := newWindow(t, "America/New_York", c.start, c.rule, "PT1H")
		begin := time.Now()
		w.Expand(from, from+35*daySeconds)
		w.Next(from)
		w.Next(0)
		w.Hull(from, from+35*daySeconds)
		if took := time.Since(begin); took > 30*time.Second {
			t.Errorf("%s took %v", c.name, took)
		}
	}
}

// A freeze may last longer than the time from one start to the next: every minute
// for a hundred years is no slower than every minute for one.
func TestHullOfOverlappingSpans(t *testing.T) {
	from := mustInstant(t, "2026-06-01")
	to := from + 35*daySeconds
	w := newWindow(t, "America/New_York", slowest[len(slowest)-3].start, slowest[len(slowest)-3].rule, "PT1H")
	w.Length = 36_500 * daySeconds
	begin := time.Now()
	for range 20 {
		if hull := w.Hull(from, to); !slices.Equal(hull, Spans{{from, to}}) {
			t.Fatalf("found %v, want all of the time asked about", hull)
		}
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("20 hulls took %v", took)
	}
}

// Looking for holidays ends with the time asked about, also where none is found.
func TestExpandEndsBetweenHolidays(t *testing.T) {
	from := mustInstant(t, "2026-06-01")
	w := newWindow(t, "America/New_York", slowest[len(slowest)-3].start, slowest[len(slowest)-3].rule, "PT1H")
	w.OnHoliday = HolidayOnly
	begin := time.Now()
	for range 20 {
		if e := w.Expand(from, from+35*daySeconds); len(e.Occurrences) > 0 || w.Hull(from, from+35*daySeconds) != nil {
			t.Fatalf("found %v without any holiday", e.Occurrences)
		}
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("20 expansions took %v", took)
	}
}

func BenchmarkSlowest(b *testing.B) {
	from := mustInstant(b, "2098-06-01")
	for _, c := range slowest {
		w := newWindow(b, "America/New_York", c.start, c.rule, "PT1H")
		b.Run(c.name+"/Expand", func(b *testing.B) {
			for b.Loop() {
				w.Expand(from, from+35*daySeconds)
			}
		})
		b.Run(c.name+"/Next", func(b *testing.B) {
			for b.Loop() {
				w.Next(from)
			}
		})
	}
}

// What an estate asks most: a month of a nightly window, and its next night.
func BenchmarkNightly(b *testing.B) {
	from := mustInstant(b, "2026-03-12")
	w := newWindow(b, "America/New_York", "2026-01-01T22:00", "FREQ=DAILY", "PT6H")
	b.Run("Expand", func(b *testing.B) {
		for b.Loop() {
			w.Expand(from, from+35*daySeconds)
		}
	})
	b.Run("Next", func(b *testing.B) {
		for b.Loop() {
			w.Next(from)
		}
	})
}
