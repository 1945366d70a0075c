package window

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/finding"
)

// maxRule is the longest text of a rule, in bytes.
const maxRule = 2048

// maxNumber bounds COUNT and INTERVAL: a rule that recurs every day until the
// last year has fewer than 50,000 occurrences.
const maxNumber = 999_999

// ParseRule reads a rule of RFC 5545 3.3.10, strictly: upper case, no spaces,
// each key once, FREQ from DAILY to YEARLY. What RFC 5545 leaves without a
// meaning is refused by name, and so is what other tools add to it.
func ParseRule(text string) (Rule, error) {
	if len(text) > maxRule {
		return Rule{}, &Error{Problem: fmt.Sprintf("the rule has %d characters, at most %d are read", len(text), maxRule)}
	}
	if err := foreignForm(text); err != nil {
		return Rule{}, err
	}
	p := parser{text: text, seen: map[string]int{}, rule: Rule{Interval: 1, WeekStart: time.Monday}}
	offset := 0
	for part := range strings.SplitSeq(text, ";") {
		if err := p.part(part, offset); err != nil {
			return Rule{}, err
		}
		offset += len(part) + 1
	}
	if err := p.consistent(); err != nil {
		return Rule{}, err
	}
	return p.rule, nil
}

// foreignForm refuses what is no list of KEY=value at all.
func foreignForm(text string) error {
	if err := cronExpression(text); err != nil {
		return err
	}
	switch bare := strings.TrimPrefix(text, "RRULE:"); {
	case text == "":
		return &Error{Problem: "the rule is empty", Hint: "write a rule such as FREQ=WEEKLY;BYDAY=SA, or leave the field out"}
	case bare != text:
		return &Error{Problem: fmt.Sprintf("rule %q begins with %q", text, "RRULE:"), Hint: fmt.Sprintf("write %q", bare)}
	}
	if i := strings.IndexAny(text, " \t\r\n"); i >= 0 {
		return &Error{
			Offset: i, Problem: fmt.Sprintf("rule %q holds a space or line break", text),
			Hint: "write the parts after one another, separated by semicolons",
		}
	}
	return nil
}

type parser struct {
	text string
	rule Rule
	seen map[string]int // key -> offset of its part
}

func (p *parser) fail(offset int, hint, format string, args ...any) error {
	return &Error{Offset: offset, Problem: fmt.Sprintf(format, args...) + fmt.Sprintf(" in rule %q", p.text), Hint: hint}
}

func (p *parser) part(part string, offset int) error {
	key, value, ok := strings.Cut(part, "=")
	if !ok {
		return p.malformed(part, offset)
	}
	read, known := p.readers()[key]
	if !known {
		return p.unknownKey(key, offset)
	}
	if _, again := p.seen[key]; again {
		return p.fail(offset, "write it once, with a comma between values", "%s stands twice", key)
	}
	p.seen[key] = offset
	return read(value, offset+len(key)+1)
}

func (p *parser) malformed(part string, offset int) error {
	if part == "" {
		return p.fail(offset, "leave out the extra semicolon", "a part is empty")
	}
	return p.fail(offset, "write KEY=value, separated by semicolons", "%q is no KEY=value", part)
}

// refusedKeys are keys that people bring from elsewhere, with the way out.
var refusedKeys = map[string]string{
	"SKIP":     "leave it out: RFC 7529 is not read, and a day that a month lacks is skipped",
	"RSCALE":   "leave it out: RFC 7529 is not read, and the calendar is Gregorian",
	"BYEASTER": "leave it out and list the dates in rdates: it is no part of RFC 5545",
	"DTSTART":  "leave it out and write the field start",
	"DTEND":    "leave it out and write the field end or duration",
	"DURATION": "leave it out and write the field duration",
	"TZID":     "leave it out and write the field timezone",
	"RDATE":    "leave it out and write the field rdates",
	"EXDATE":   "leave it out and write the field exdates",
	"EXRULE":   "leave it out and write a window of type deny",
}

func (p *parser) unknownKey(key string, offset int) error {
	upper := strings.ToUpper(key)
	readers := p.readers()
	if _, known := readers[upper]; known {
		return p.fail(offset, fmt.Sprintf("write %s", upper), "key %q is not upper case", key)
	}
	if hint := refusedKeys[upper]; hint != "" {
		return p.fail(offset, hint, "%s is not allowed", upper)
	}
	keys := make([]string, 0, len(readers))
	for k := range readers {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	hint := ""
	if near := finding.Nearest(upper, keys); near != "" {
		hint = fmt.Sprintf("write %s", near)
	}
	return p.fail(offset, hint, "unknown key %q", key)
}

func (p *parser) readers() map[string]func(value string, offset int) error {
	r := &p.rule
	return map[string]func(string, int) error{
		"FREQ":       p.frequency,
		"UNTIL":      p.until,
		"COUNT":      p.positive("COUNT", &r.Count),
		"INTERVAL":   p.positive("INTERVAL", &r.Interval),
		"BYSECOND":   p.numbers("BYSECOND", &r.BySecond, 0, 59, false),
		"BYMINUTE":   p.numbers("BYMINUTE", &r.ByMinute, 0, 59, false),
		"BYHOUR":     p.numbers("BYHOUR", &r.ByHour, 0, 23, false),
		"BYDAY":      p.days,
		"BYMONTHDAY": p.numbers("BYMONTHDAY", &r.ByMonthDay, 1, 31, true),
		"BYYEARDAY":  p.numbers("BYYEARDAY", &r.ByYearDay, 1, 366, true),
		"BYWEEKNO":   p.numbers("BYWEEKNO", &r.ByWeekNo, 1, 53, true),
		"BYMONTH":    p.numbers("BYMONTH", &r.ByMonth, 1, 12, false),
		"BYSETPOS":   p.numbers("BYSETPOS", &r.BySetPos, 1, 366, true),
		"WKST":       p.weekStart,
	}
}

func (p *parser) frequency(value string, offset int) error {
	switch f := Frequency(value); f {
	case Daily, Weekly, Monthly, Yearly:
		p.rule.Frequency = f
		return nil
	case "HOURLY", "MINUTELY", "SECONDLY":
		return p.fail(offset, "write FREQ=DAILY with BYHOUR or BYMINUTE", "FREQ=%s is finer than DAILY", value)
	}
	names := []string{string(Daily), string(Weekly), string(Monthly), string(Yearly)}
	hint := "write one of " + strings.Join(names, ", ")
	if near := finding.Nearest(strings.ToUpper(value), names); near != "" {
		hint = "write FREQ=" + near
	}
	return p.fail(offset, hint, "unknown FREQ %q", value)
}

func (p *parser) positive(key string, into *int) func(string, int) error {
	return func(value string, offset int) error {
		n, ok := unsigned(value, 6)
		if !ok || n < 1 {
			return p.fail(offset, "", "%s is %q, want a number from 1 to %d", key, value, maxNumber)
		}
		*into = n
		return nil
	}
}

// unsigned reads one to most digits.
func unsigned(text string, most int) (int, bool) {
	if text == "" || len(text) > most || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	return number(text), true
}

// signed reads an optional sign and one to most digits.
func signed(text string, most int) (int, bool) {
	digits := strings.TrimLeft(text, "+-")
	n, ok := unsigned(digits, most)
	if len(text)-len(digits) > 1 {
		return 0, false
	}
	if strings.HasPrefix(text, "-") {
		n = -n
	}
	return n, ok
}

// numbers reads a list of numbers from least to most, and of their negatives
// where those count from the end.
func (p *parser) numbers(key string, into *[]int, least, most int, fromEnd bool) func(string, int) error {
	read, want := unsigned, fmt.Sprintf("a number from %d to %d", least, most)
	if fromEnd {
		read, want = signed, fmt.Sprintf("a number from %d to %d, or from -%d to -%d", least, most, most, least)
	}
	return func(value string, offset int) error {
		for text := range strings.SplitSeq(value, ",") {
			n, ok := read(text, 3)
			if size := max(n, -n); !ok || size < least || size > most {
				return p.fail(offset, "", "%s holds %q, want %s", key, text, want)
			}
			*into = append(*into, n)
			offset += len(text) + 1
		}
		*into = set(*into, cmp.Compare[int])
		return nil
	}
}

func (p *parser) days(value string, offset int) error {
	for text := range strings.SplitSeq(value, ",") {
		d, err := p.day(text, offset)
		if err != nil {
			return err
		}
		p.rule.ByDay = append(p.rule.ByDay, d)
		offset += len(text) + 1
	}
	p.rule.ByDay = set(p.rule.ByDay, compareWeekdays)
	return nil
}

func (p *parser) day(text string, offset int) (Weekday, error) {
	split := max(0, len(text)-2)
	day := slices.Index(weekdays[:], text[split:])
	if day < 0 {
		return Weekday{}, p.fail(offset, dayHint(text), "BYDAY holds %q, want one of MO, TU, WE, TH, FR, SA, SU", text)
	}
	if split == 0 {
		return Weekday{Day: time.Weekday(day)}, nil
	}
	n, ok := signed(text[:split], 2)
	if !ok || n == 0 || n > 53 || n < -53 {
		return Weekday{}, p.fail(offset, "write 2TU for the second Tuesday, -1FR for the last Friday",
			"BYDAY holds %q, want an ordinal from 1 to 53 or from -53 to -1", text)
	}
	return Weekday{Ordinal: n, Day: time.Weekday(day)}, nil
}

func dayHint(text string) string {
	for _, day := range weekdays {
		if len(text) >= 2 && strings.EqualFold(text[:2], day) {
			return "write " + day
		}
	}
	return ""
}

func (p *parser) weekStart(value string, offset int) error {
	day := slices.Index(weekdays[:], value)
	if day < 0 {
		return p.fail(offset, "", "WKST is %q, want one of MO, TU, WE, TH, FR, SA, SU", value)
	}
	p.rule.WeekStart = time.Weekday(day)
	return nil
}

func (p *parser) until(value string, offset int) error {
	u, err := parseUntil(value)
	if err != nil {
		return p.fail(offset, err.Hint, "UNTIL is %q: %s", value, err.Problem)
	}
	p.rule.Until = u
	return nil
}

// parseUntil reads YYYYMMDD, YYYYMMDDTHHMMSS or the latter with Z.
func parseUntil(value string) (RuleEnd, *Error) {
	form := NoUntil
	switch {
	case fits(value, "00000000"):
		form = UntilDate
	case fits(value, "00000000T000000"):
		form = UntilLocal
	case fits(value, "00000000T000000Z"):
		form = UntilUTC
	default:
		return RuleEnd{}, &Error{Problem: "want YYYYMMDD, YYYYMMDDTHHMMSS or YYYYMMDDTHHMMSSZ", Hint: "write a date such as " + untilGuess(value)}
	}
	year, month, day := number(value[:4]), number(value[4:6]), number(value[6:8])
	date, exists := NewDate(year, time.Month(month), day)
	switch {
	case year > MaxYear:
		return RuleEnd{}, &Error{Problem: fmt.Sprintf("the year is after %d", MaxYear), Hint: "leave UNTIL out"}
	case !exists:
		return RuleEnd{}, &Error{Problem: "that is no day of the calendar since " + strconv.Itoa(MinYear)}
	case form == UntilDate:
		return RuleEnd{UntilDate, date.At(0)}, nil
	}
	hour, minute, second := number(value[9:11]), number(value[11:13]), number(value[13:15])
	if hour > 23 || minute > 59 || second > 59 {
		return RuleEnd{}, &Error{Problem: "that is no time of day"}
	}
	return RuleEnd{form, date.At(Clock(hour*3600 + minute*60 + second))}, nil
}

func untilGuess(value string) string {
	if len(value) >= 10 && fits(value[:10], "0000-00-00") {
		return strings.ReplaceAll(value[:10], "-", "")
	}
	return "20261231"
}
