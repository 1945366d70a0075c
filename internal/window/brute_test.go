package window

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"
)

// likely draws rules that often match, with every part that their frequency may
// have.
func likely(t *rapid.T) Rule {
	r := Rule{
		Frequency: rapid.SampledFrom([]Frequency{Daily, Weekly, Monthly, Yearly}).Draw(t, "freq"),
		Interval:  rapid.SampledFrom([]int{1, 1, 2, 3, 5, 13}).Draw(t, "interval"),
		WeekStart: time.Weekday(rapid.IntRange(0, 6).Draw(t, "wkst")),
	}
	list := func(name string, odds, low, high, most int) []int {
		if rapid.IntRange(1, odds).Draw(t, name+"?") > 1 {
			return nil
		}
		number := rapid.IntRange(low, high).Filter(func(n int) bool { return n != 0 || low == 0 })
		return set(rapid.SliceOfN(number, 1, most).Draw(t, name), func(a, b int) int { return a - b })
	}
	r.ByMonth = list("month", 4, 1, 12, 6)
	r.ByHour, r.ByMinute, r.BySecond = list("hour", 4, 0, 23, 3), list("minute", 6, 0, 59, 3), list("second", 9, 0, 59, 2)
	ordinal := 0
	switch r.Frequency {
	case Yearly:
		if rapid.IntRange(1, 3).Draw(t, "week?") == 1 {
			week := rapid.SampledFrom([]int{1, 1, 2, 20, 51, 52, 53, -1, -1, -2, -51, -52, -53})
			r.ByWeekNo = set(rapid.SliceOfN(week, 1, 4).Draw(t, "week"), func(a, b int) int { return a - b })
		} else {
			r.ByYearDay, r.ByMonthDay, ordinal = list("yearday", 4, -366, 366, 9), list("monthday", 5, -31, 31, 9), 53
		}
	case Monthly:
		r.ByMonthDay, ordinal = list("monthday", 3, -31, 31, 9), 5
	case Daily:
		r.ByMonthDay = list("monthday", 4, -31, 31, 9)
	}
	if r.ByMonth != nil {
		ordinal = min(ordinal, 5)
	}
	if r.ByWeekNo != nil || rapid.Bool().Draw(t, "days?") {
		for range rapid.IntRange(1, 4).Draw(t, "days") {
			n := 0
			if ordinal > 0 && r.ByWeekNo == nil {
				n = rapid.SampledFrom([]int{0, 0, 1, 2, -1, ordinal, -ordinal}).Draw(t, "ordinal")
			}
			r.ByDay = append(r.ByDay, Weekday{n, time.Weekday(rapid.IntRange(0, 6).Draw(t, "day"))})
		}
		r.ByDay = set(r.ByDay, compareWeekdays)
	}
	if r.ByDay != nil || r.ByHour != nil || r.ByMonth != nil {
		r.BySetPos = list("setpos", 3, -6, 6, 3)
	}
	return r
}

// ended gives a rule a COUNT, an UNTIL or neither.
func ended(t *rapid.T, r Rule, start Local) Rule {
	switch rapid.IntRange(0, 3).Draw(t, "end") {
	case 0:
		r.Count = rapid.IntRange(1, 40).Draw(t, "count")
	case 1:
		r.Until = RuleEnd{UntilLocal, start + Local(rapid.IntRange(0, 1500*daySeconds).Draw(t, "until"))}
	case 2:
		r.Until = RuleEnd{UntilDate, (start.Date() + Date(rapid.IntRange(0, 1500).Draw(t, "until"))).At(0)}
	}
	return r
}

func anyStart(t *rapid.T) Local {
	return Date(rapid.IntRange(0, 40_000).Draw(t, "start")).At(Clock(60 * rapid.IntRange(0, 1439).Draw(t, "clock")))
}

// brute is RFC 5545 3.3.10 read day by day: group the days by the rule's period,
// keep those that each part wants, put the times on them, count positions.
type brute struct {
	r     *Rule
	start time.Time
}

func (b brute) until(end time.Time) []Local {
	var out []Local
	day := time.Date(b.start.Year(), 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -7)
	wanted, key := false, ""
	var group []time.Time
	for ; day.Before(end.AddDate(1, 0, 8)); day = day.AddDate(0, 0, 1) {
		if w, k := b.period(day); k != key {
			out = append(out, b.flush(group)...)
			wanted, key, group = w, k, nil
		}
		if wanted && b.match(day) {
			group = append(group, b.times(day)...)
		}
	}
	out = slices.DeleteFunc(out, func(l Local) bool { return l < Local(b.start.Unix()) || b.over(l) })
	if b.r.Count > 0 && len(out) > b.r.Count {
		out = out[:b.r.Count]
	}
	return slices.DeleteFunc(out, func(l Local) bool { return int64(l) >= end.Unix() })
}

func (b brute) over(l Local) bool {
	switch b.r.Until.Form {
	case UntilDate:
		return l.Date() > b.r.Until.At.Date()
	case UntilLocal:
		return l > b.r.Until.At
	}
	return false
}

// weekBegin is the day on which a day's week begins.
func (b brute) weekBegin(day time.Time) time.Time {
	for day.Weekday() != b.r.WeekStart {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

// period names the period of a day, and says whether the rule looks at it.
func (b brute) period(day time.Time) (wanted bool, key string) {
	n := 0
	switch b.r.Frequency {
	case Daily:
		n = int(day.Sub(b.start.Truncate(24*time.Hour)).Hours()) / 24
	case Weekly:
		n = int(b.weekBegin(day).Sub(b.weekBegin(b.start.Truncate(24*time.Hour))).Hours()) / 24 / 7
	case Monthly:
		n = 12*(day.Year()-b.start.Year()) + int(day.Month()) - int(b.start.Month())
	case Yearly:
		n = day.Year() - b.start.Year()
	}
	return n >= 0 && n%b.r.Interval == 0, fmt.Sprint(n)
}

func (b brute) match(day time.Time) bool {
	r := b.r
	yearEnd := time.Date(day.Year(), 12, 31, 0, 0, 0, 0, time.UTC)
	monthEnd := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC)
	has := func(list []int, n, length int) bool {
		return len(list) == 0 || slices.ContainsFunc(list, func(want int) bool { return want == n || want < 0 && length+1+want == n })
	}
	silent := r.ByDay == nil && r.ByMonthDay == nil && r.ByYearDay == nil && r.ByWeekNo == nil
	switch {
	case !has(r.ByMonth, int(day.Month()), 0), !has(r.ByMonthDay, day.Day(), monthEnd.Day()), !has(r.ByYearDay, day.YearDay(), yearEnd.YearDay()):
		return false
	case silent && r.Frequency == Weekly && day.Weekday() != b.start.Weekday(),
		silent && (r.Frequency == Monthly || r.Frequency == Yearly) && day.Day() != b.start.Day(),
		silent && r.Frequency == Yearly && r.ByMonth == nil && day.Month() != b.start.Month():
		return false
	}
	return b.inWeeks(day) && (r.ByDay == nil || slices.ContainsFunc(r.ByDay, func(w Weekday) bool { return b.isDay(day, w) }))
}

// inWeeks numbers weeks by their fourth day, as ISO 8601 does.
func (b brute) inWeeks(day time.Time) bool {
	if b.r.ByWeekNo == nil {
		return true
	}
	fourth := b.weekBegin(day).AddDate(0, 0, 3)
	number := (fourth.YearDay() + 6) / 7
	last := number
	for f := fourth; f.Year() == fourth.Year(); f = f.AddDate(0, 0, 7) {
		last = (f.YearDay() + 6) / 7
	}
	return slices.Contains(b.r.ByWeekNo, number) || slices.Contains(b.r.ByWeekNo, number-last-1)
}

// isDay counts the same weekdays before a day, or after it, in its month or year.
func (b brute) isDay(day time.Time, w Weekday) bool {
	if day.Weekday() != w.Day {
		return false
	}
	step := 7
	if w.Ordinal > 0 {
		step = -7
	}
	same := 0
	for d := day; d.Year() == day.Year() && (d.Month() == day.Month() || b.r.Frequency == Yearly && b.r.ByMonth == nil); d = d.AddDate(0, 0, step) {
		same++
	}
	return w.Ordinal == 0 || same == max(w.Ordinal, -w.Ordinal)
}

func (b brute) times(day time.Time) []time.Time {
	or := func(list []int, silent int) []int {
		if len(list) == 0 {
			return []int{silent}
		}
		return list
	}
	var out []time.Time
	for _, h := range or(b.r.ByHour, b.start.Hour()) {
		for _, m := range or(b.r.ByMinute, b.start.Minute()) {
			for _, s := range or(b.r.BySecond, b.start.Second()) {
				out = append(out, time.Date(day.Year(), day.Month(), day.Day(), h, m, s, 0, time.UTC))
			}
		}
	}
	return out
}

func (b brute) flush(group []time.Time) []Local {
	var out []Local
	for i, at := range group {
		if b.r.BySetPos == nil || slices.Contains(b.r.BySetPos, i+1) || slices.Contains(b.r.BySetPos, i-len(group)) {
			out = append(out, Local(at.Unix()))
		}
	}
	return out
}

// between are the occurrences of a rule from a reading on, before another.
func between(r *Rule, start, from, to Local) []Local {
	var out []Local
	newRecurrence(r, start).from(from, endOfTime, func(l Local) bool {
		if l < to {
			out = append(out, l)
		}
		return l < to
	})
	return out
}

// difference shows where two lists part.
func difference(found, want []Local) string {
	i := 0
	for i < len(found) && i < len(want) && found[i] == want[i] {
		i++
	}
	return fmt.Sprintf("found %d, want %d, the same up to place %d; then found %v, want %v",
		len(found), len(want), i, found[i:min(i+3, len(found))], want[i:min(i+3, len(want))])
}

func TestAgreesWithBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := anyStart(t)
		r := ended(t, likely(t), start)
		end := time.Unix(int64(start), 0).UTC().AddDate(0, 0, rapid.IntRange(1, 1000).Draw(t, "span"))
		want := brute{&r, time.Unix(int64(start), 0).UTC()}.until(end)
		if found := between(&r, start, start, Local(end.Unix())); !slices.Equal(found, want) {
			t.Fatalf("%s from %s: %s", r, start, difference(found, want))
		}
		if _, err := ParseRule(r.String()); err != nil {
			t.Fatalf("%s is drawn and not read: %v", r, err)
		}
	})
}

// What is entered late is what would have come by then.
func TestEnteredLate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := anyStart(t)
		r := ended(t, likely(t), start)
		from := start + Local(rapid.IntRange(-10*daySeconds, 3000*daySeconds).Draw(t, "from"))
		to := from + 200*daySeconds
		want := slices.DeleteFunc(between(&r, start, start, to), func(l Local) bool { return l < from })
		if found := between(&r, start, from, to); !slices.Equal(found, want) {
			t.Fatalf("%s from %s, entered at %s: %s", r, start, from, difference(found, want))
		}
	})
}

// rrule-go is right but for WEEKLY with BYSETPOS from the middle of a week, for
// weeks 52, 53 and those counted from the end, and for weekdays with ordinals beside
// some without; rules that rarely match it never answers.
func TestAgreesWithRRuleGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := anyStart(t)
		r := likely(t)
		ordinal := func(w Weekday) bool { return w.Ordinal != 0 }
		if r.Frequency == Weekly && r.BySetPos != nil || slices.ContainsFunc(r.ByWeekNo, func(n int) bool { return n < 0 || n > 51 }) ||
			slices.ContainsFunc(r.ByDay, ordinal) && slices.ContainsFunc(r.ByDay, func(w Weekday) bool { return !ordinal(w) }) {
			t.Skip("not the same there")
		}
		want := between(&r, start, start, start+3000*daySeconds)
		if len(want) < 3 {
			t.Skip("too rare")
		}
		r.Until = RuleEnd{UntilLocal, want[min(len(want), 300)-1]}
		option, err := rrule.StrToROption(r.String())
		if err != nil {
			t.Fatal(err)
		}
		option.Dtstart = time.Unix(int64(start), 0).UTC()
		other, err := rrule.NewRRule(*option)
		if err != nil {
			t.Fatal(err)
		}
		var theirs []Local
		for _, at := range other.All() {
			theirs = append(theirs, Local(at.Unix()))
		}
		if found := between(&r, start, start, endOfTime); !slices.Equal(found, theirs) {
			t.Fatalf("%s from %s: %s", r, start, difference(found, theirs))
		}
	})
}
