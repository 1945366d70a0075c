package window

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRulesAndTheirCanonicalText(t *testing.T) {
	for text, want := range map[string]string{
		"FREQ=DAILY":                       "FREQ=DAILY",
		"FREQ=DAILY;INTERVAL=1":            "FREQ=DAILY",
		"FREQ=WEEKLY;BYDAY=SA;WKST=MO":     "FREQ=WEEKLY;BYDAY=SA",
		"FREQ=MONTHLY;BYDAY=5MO":           "FREQ=MONTHLY;BYDAY=5MO",           // WR7
		"FREQ=YEARLY":                      "FREQ=YEARLY",                      // WR8
		"BYDAY=TU;BYSETPOS=2;FREQ=MONTHLY": "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", // WR9
		"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=17,16,15,14,13,12,11": "FREQ=MONTHLY;BYMONTHDAY=11,12,13,14,15,16,17;BYDAY=FR",
		"FREQ=DAILY;COUNT=3":                             "FREQ=DAILY;COUNT=3",                      // WR12
		"FREQ=WEEKLY;BYDAY=MO,FR,TH;BYSETPOS=1,2":        "FREQ=WEEKLY;BYDAY=MO,TH,FR;BYSETPOS=1,2", // WR42
		"FREQ=YEARLY;BYWEEKNO=53,-1;BYDAY=SU;WKST=SU":    "FREQ=YEARLY;BYWEEKNO=-1,53;BYDAY=SU;WKST=SU",
		"FREQ=MONTHLY;BYMONTHDAY=-1,+1,01":               "FREQ=MONTHLY;BYMONTHDAY=-1,1",
		"FREQ=MONTHLY;BYDAY=-1FR,+2TU,2TU":               "FREQ=MONTHLY;BYDAY=2TU,-1FR",
		"FREQ=YEARLY;BYDAY=53MO":                         "FREQ=YEARLY;BYDAY=53MO",
		"FREQ=YEARLY;BYYEARDAY=-366,366":                 "FREQ=YEARLY;BYYEARDAY=-366,366",
		"FREQ=DAILY;UNTIL=20261231":                      "FREQ=DAILY;UNTIL=20261231",
		"FREQ=DAILY;UNTIL=20261231T235959":               "FREQ=DAILY;UNTIL=20261231T235959",
		"FREQ=DAILY;UNTIL=20261231T235959Z":              "FREQ=DAILY;UNTIL=20261231T235959Z",
		"FREQ=DAILY;BYHOUR=23,0;BYMINUTE=59;BYSECOND=59": "FREQ=DAILY;BYHOUR=0,23;BYMINUTE=59;BYSECOND=59",
	} {
		r, err := ParseRule(text)
		if err != nil || r.String() != want {
			t.Errorf("ParseRule(%q) = %q, %v, want %q", text, r, err, want)
		}
	}
}

// What RFC 5545 leaves without a meaning, and what other tools add, is refused
// by name, at its place (W12, WR8).
func TestW12RulesRefused(t *testing.T) {
	for _, c := range []struct {
		text    string
		offset  int
		problem string
		hint    string
	}{
		{"", 0, "the rule is empty", "FREQ=WEEKLY;BYDAY=SA"},
		{"RRULE:FREQ=DAILY", 0, `begins with "RRULE:"`, `write "FREQ=DAILY"`},
		{"BYDAY=MO", 0, "FREQ is missing", "write FREQ="},
		{"FREQ=HOURLY", 5, "FREQ=HOURLY is finer than DAILY", "BYHOUR"},
		{"FREQ=MINUTELY", 5, "finer than DAILY", ""},
		{"FREQ=SECONDLY", 5, "finer than DAILY", ""},
		{"FREQ=daily", 5, `unknown FREQ "daily"`, "write FREQ=DAILY"},
		{"FREQ=MONTLY", 5, "unknown FREQ", "write FREQ=MONTHLY"},
		{"freq=DAILY", 0, `key "freq" is not upper case`, "write FREQ"},
		{"FREQ=DAILY;", 11, "a part is empty", "extra semicolon"},
		{"FREQ=DAILY;BYDAY", 11, "is no KEY=value", ""},
		{"FREQ=DAILY; BYDAY=MO", 11, "holds a space", ""},
		{"FREQ=DAILY;FREQ=DAILY", 11, "FREQ stands twice", ""},
		{"FREQ=DAILY;BYHOUR=1;BYHOUR=2", 20, "BYHOUR stands twice", "comma"},
		{"FREQ=DAILY;COUNT=3;UNTIL=20261231", 19, "COUNT stands with UNTIL", "leave one of them out"},
		{"FREQ=DAILY;INTERVAL=0", 20, `INTERVAL is "0"`, ""},
		{"FREQ=DAILY;INTERVAL=-1", 20, `INTERVAL is "-1"`, ""},
		{"FREQ=DAILY;COUNT=0", 17, `COUNT is "0"`, ""},
		{"FREQ=DAILY;COUNT=1000000", 17, "COUNT is", ""},
		{"FREQ=DAILY;BYHOUR=24", 18, `BYHOUR holds "24"`, ""},
		{"FREQ=DAILY;BYMINUTE=0,60", 22, `BYMINUTE holds "60"`, ""},
		{"FREQ=DAILY;BYSECOND=60", 20, `BYSECOND holds "60"`, ""},
		{"FREQ=DAILY;BYHOUR=", 18, `BYHOUR holds ""`, ""},
		{"FREQ=DAILY;BYHOUR=+1", 18, `BYHOUR holds "+1"`, ""},
		{"FREQ=WEEKLY;BYDAY=XX", 18, `BYDAY holds "XX"`, ""},
		{"FREQ=WEEKLY;BYDAY=MO,sa", 21, `BYDAY holds "sa"`, "write SA"},
		{"FREQ=WEEKLY;BYDAY=Monday", 18, "BYDAY holds", "write MO"},
		{"FREQ=MONTHLY;BYDAY=0MO", 19, `BYDAY holds "0MO"`, "2TU"},
		{"FREQ=MONTHLY;BYDAY=54MO", 19, "want an ordinal", ""},
		{"FREQ=MONTHLY;BYDAY=6MO", 13, "no month has BYDAY=6MO", ""},
		{"FREQ=YEARLY;BYMONTH=3;BYDAY=6MO", 22, "no month has BYDAY=6MO", ""},
		{"FREQ=WEEKLY;BYDAY=2TU", 12, "BYDAY=2TU has no meaning with FREQ=WEEKLY", "FREQ=MONTHLY"},
		{"FREQ=DAILY;BYDAY=-1FR", 11, "has no meaning with FREQ=DAILY", ""},
		{"FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", 24, "no meaning beside BYWEEKNO", ""},
		{"FREQ=YEARLY;BYWEEKNO=20", 12, "BYWEEKNO stands without BYDAY", ""},
		{"FREQ=MONTHLY;BYWEEKNO=20;BYDAY=MO", 13, "BYWEEKNO has no meaning with FREQ=MONTHLY", ""},
		{"FREQ=YEARLY;BYWEEKNO=54;BYDAY=MO", 21, `BYWEEKNO holds "54"`, ""},
		{"FREQ=YEARLY;BYWEEKNO=0;BYDAY=MO", 21, `BYWEEKNO holds "0"`, ""},
		{"FREQ=WEEKLY;BYMONTHDAY=1", 12, "BYMONTHDAY has no meaning with FREQ=WEEKLY", ""},
		{"FREQ=MONTHLY;BYYEARDAY=1", 13, "BYYEARDAY has no meaning", ""},
		{"FREQ=MONTHLY;BYMONTHDAY=32", 24, `BYMONTHDAY holds "32"`, ""},
		{"FREQ=MONTHLY;BYMONTHDAY=0", 24, `BYMONTHDAY holds "0"`, ""},
		{"FREQ=MONTHLY;BYSETPOS=1", 13, "BYSETPOS stands without another BY part", ""},
		{"FREQ=YEARLY;BYEASTER=0", 12, "BYEASTER is not allowed", "rdates"},
		{"FREQ=YEARLY;SKIP=BACKWARD", 12, "SKIP is not allowed", "RFC 7529"},
		{"RSCALE=GREGORIAN;FREQ=YEARLY", 0, "RSCALE is not allowed", "RFC 7529"},
		{"FREQ=DAILY;DTSTART=20260101T220000", 11, "DTSTART is not allowed", "field start"},
		{"FREQ=DAILY;TZID=Europe/Berlin", 11, "TZID is not allowed", "field timezone"},
		{"FREQ=DAILY;EXDATE=20260101", 11, "EXDATE is not allowed", "exdates"},
		{"FREQ=WEEKLY;BYDAYS=MO", 12, `unknown key "BYDAYS"`, "write BYDAY"},
		{"FREQ=WEEKLY;WKST=XX", 17, `WKST is "XX"`, ""},
		{"FREQ=DAILY;UNTIL=20260230", 17, "no day of the calendar", ""},
		{"FREQ=DAILY;UNTIL=2026-12-31", 17, "want YYYYMMDD", "20261231"},
		{"FREQ=DAILY;UNTIL=20261231T240000", 17, "no time of day", ""},
		{"FREQ=DAILY;UNTIL=99991231T000000Z", 17, "after 2100", "leave UNTIL out"},
		{"every tuesday", 5, "holds a space", ""},
	} {
		_, err := ParseRule(c.text)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Offset != c.offset || !strings.Contains(e.Problem, c.problem) || !strings.Contains(e.Hint, c.hint) {
			t.Errorf("ParseRule(%q) = %#v, want %q, hint %q, at %d", c.text, err, c.problem, c.hint, c.offset)
		}
	}
	if _, err := ParseRule("FREQ=DAILY;BYHOUR=" + strings.Repeat("1,", maxRule)); err == nil {
		t.Error("a rule of 4 kB was read")
	}
}

// W8: cron is refused with the rule that was probably meant.
func TestW8CronExpressions(t *testing.T) {
	for text, hint := range map[string]string{
		"0 22 8-14 * 2":    "write FREQ=MONTHLY;BYDAY=2TU and let start be at 22:00",
		"30 3 1-7 * SUN":   "write FREQ=MONTHLY;BYDAY=1SU and let start be at 03:30",
		"0 22 * * *":       "write FREQ=DAILY and let start be at 22:00",
		"0 22 * * 6,0":     "write FREQ=WEEKLY;BYDAY=SU,SA and let start be at 22:00",
		"0 22 * * 1-5":     "write FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR and let start be at 22:00",
		"0 22 * * 7":       "write FREQ=WEEKLY;BYDAY=SU and let start be at 22:00",
		"0 22 1,15 * *":    "write FREQ=MONTHLY;BYMONTHDAY=1,15 and let start be at 22:00",
		"0 22 L * ?":       "write FREQ=MONTHLY;BYMONTHDAY=-1 and let start be at 22:00",
		"0 22 ? * 2#2":     "write FREQ=MONTHLY;BYDAY=2TU and let start be at 22:00",
		"0 22 ? * 5L":      "write FREQ=MONTHLY;BYDAY=-1FR and let start be at 22:00",
		"0 22 1 */3 *":     "write FREQ=MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=1 and let start be at 22:00",
		"0 22 * JAN,JUL *": "write FREQ=DAILY;BYMONTH=1,7 and let start be at 22:00",
		"0 1,5 * * *":      "write FREQ=DAILY;BYHOUR=1,5 and let start be at minute 00",
		"0 0 22 * * MON":   "write FREQ=WEEKLY;BYDAY=MO and let start be at 22:00", // with seconds
		"@daily":           "write FREQ=DAILY and let start be at 00:00",
		"@weekly":          "write FREQ=WEEKLY;BYDAY=SU and let start be at 00:00",
		"*/5 * * * *":      "write a rule such as FREQ=WEEKLY;BYDAY=SA, and the time of day in start",
		"@hourly":          "write a rule such as FREQ=WEEKLY;BYDAY=SA, and the time of day in start",
		"99 22 * * *":      "write a rule such as FREQ=WEEKLY;BYDAY=SA, and the time of day in start",
		"0 22 5-1 * *":     "write a rule such as FREQ=WEEKLY;BYDAY=SA, and the time of day in start",
		"0 22 1/0 * *":     "write a rule such as FREQ=WEEKLY;BYDAY=SA, and the time of day in start",
		"0 22 10-20 * TUE": "write FREQ=MONTHLY;BYMONTHDAY=10,11,12,13,14,15,16,17,18,19,20;BYDAY=TU and let start be at 22:00",
	} {
		_, err := ParseRule(text)
		problem, got := explain(err)
		if !strings.Contains(problem, "is a cron expression") || got != hint {
			t.Errorf("ParseRule(%q) = %q, hint %q, want %q", text, problem, got, hint)
		}
	}
	_, err := ParseRule("0 22 8-14 * 2")
	const want = `"0 22 8-14 * 2" is a cron expression (cron runs it on days 8-14 of the month or on weekday 2, whichever comes), want a rule of RFC 5545`
	if err == nil || err.Error() != want {
		t.Errorf("found %v, want %s", err, want)
	}
}

// anyRule draws rules that RFC 5545 gives a meaning.
func anyRule(t *rapid.T) Rule {
	r := Rule{
		Frequency: rapid.SampledFrom([]Frequency{Daily, Weekly, Monthly, Yearly}).Draw(t, "freq"),
		Interval:  rapid.IntRange(1, maxNumber).Draw(t, "interval"),
		WeekStart: time.Weekday(rapid.IntRange(0, 6).Draw(t, "wkst")),
	}
	list := func(name string, least, most int) []int {
		var out []int
		out = append(out, rapid.SliceOfN(rapid.IntRange(least, most).Filter(func(n int) bool { return n != 0 || least == 0 }), 0, 4).Draw(t, name)...)
		return set(out, func(a, b int) int { return a - b })
	}
	switch rapid.IntRange(0, 2).Draw(t, "end") {
	case 1:
		r.Count = rapid.IntRange(1, maxNumber).Draw(t, "count")
	case 2:
		form := UntilForm(rapid.IntRange(1, 3).Draw(t, "form"))
		at := Date(rapid.Int32Range(0, 47_846).Draw(t, "until")).At(0)
		if form != UntilDate {
			at += Local(rapid.IntRange(0, daySeconds-1).Draw(t, "clock"))
		}
		r.Until = RuleEnd{form, at}
	}
	r.ByHour, r.ByMinute, r.BySecond, r.ByMonth = list("hour", 0, 23), list("minute", 0, 59), list("second", 0, 59), list("month", 1, 12)
	ordinals := 0
	switch r.Frequency {
	case Monthly:
		r.ByMonthDay, ordinals = list("monthday", -31, 31), 5
	case Yearly:
		r.ByYearDay, ordinals = list("yearday", -366, 366), 5
	}
	for range rapid.IntRange(0, 3).Draw(t, "days") {
		r.ByDay = append(r.ByDay, Weekday{rapid.IntRange(-ordinals, ordinals).Draw(t, "ordinal"), time.Weekday(rapid.IntRange(0, 6).Draw(t, "day"))})
	}
	r.ByDay = set(r.ByDay, compareWeekdays)
	if r.ByDay != nil {
		r.BySetPos = list("setpos", -366, 366)
	}
	return r
}

func TestRulesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyRule(t)
		if r, err := ParseRule(want.String()); err != nil || !reflect.DeepEqual(r, want) {
			t.Fatalf("%q is read as %q, %v", want, r, err)
		}
	})
}

func FuzzRule(f *testing.F) {
	for _, seed := range []string{
		"FREQ=MONTHLY;BYDAY=2TU", "FREQ=YEARLY;BYWEEKNO=-1,53;BYDAY=SU", "FREQ=DAILY;UNTIL=20261231T235959Z",
		"0 22 8-14 * 2", "*/5 * * * *", "@daily", "RRULE:FREQ=DAILY", "FREQ=WEEKLY;BYDAY=é", "FREQ=DAILY;SKIP=OMIT",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRule(text)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || e.Offset < 0 || e.Offset > len(text) || e.Problem == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		again, err := ParseRule(r.String())
		if err != nil || !reflect.DeepEqual(again, r) {
			t.Fatalf("%q is %q, read again %q, %v", text, r, again, err)
		}
	})
}
