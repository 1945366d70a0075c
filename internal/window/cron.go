package window

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// cronExpression refuses a text that is written for cron, with the rule that
// was probably meant. It returns nil for everything else.
func cronExpression(text string) error {
	fields := strings.Fields(text)
	if nick := cronNicknames[strings.TrimSpace(text)]; nick != "" {
		fields = strings.Fields(nick)
	}
	if len(fields) == 6 && !strings.Contains(text, "=") { // with seconds first
		fields = fields[1:]
	}
	if len(fields) != 5 || !slices.ContainsFunc(fields, startsLikeCron) || strings.Contains(text, "=") {
		return nil
	}
	c := cron{minute: fields[0], hour: fields[1], day: fields[2], month: fields[3], weekday: fields[4]}
	return &Error{Problem: fmt.Sprintf("%q is a cron expression%s, want a rule of RFC 5545", text, c.trap()), Hint: c.hint()}
}

var cronNicknames = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
	"@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

func startsLikeCron(field string) bool {
	return field[0] == '*' || field[0] == '?' || field[0] >= '0' && field[0] <= '9'
}

type cron struct{ minute, hour, day, month, weekday string }

// trap says what cron reads where people mean something else: with both days
// given, either suffices.
func (c cron) trap() string {
	if isAll(c.day) || isAll(c.weekday) {
		return ""
	}
	return fmt.Sprintf(" (cron runs it on days %s of the month or on weekday %s, whichever comes)", c.day, c.weekday)
}

func isAll(field string) bool { return field == "*" || field == "?" }

func (c cron) hint() string {
	rule, ok := c.rule()
	if _, err := ParseRule(rule); !ok || err != nil {
		return "write a rule such as FREQ=WEEKLY;BYDAY=SA, and the time of day in start"
	}
	minute, okMinute := unsigned(c.minute, 2)
	hour, okHour := unsigned(c.hour, 2)
	switch {
	case !okMinute:
		return "write " + rule
	case !okHour:
		return fmt.Sprintf("write %s and let start be at minute %02d", rule, minute)
	}
	return fmt.Sprintf("write %s and let start be at %02d:%02d", rule, hour, minute)
}

// rule is the rule that was probably meant.
func (c cron) rule() (string, bool) {
	minutes, ok1 := c.times(c.minute, "BYMINUTE", 59)
	hours, ok2 := c.times(c.hour, "BYHOUR", 23)
	days, ok3 := c.days()
	months, ok4 := cronList(c.month, 1, 12, monthNames)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return "", false
	}
	if len(months) > 0 {
		months := ";BYMONTH=" + joined(months)
		days = strings.Replace(days, ";", months+";", 1)
		if !strings.Contains(days, ";") {
			days += months
		}
	}
	return days + hours + minutes, true
}

// times is a part for more than one hour or minute; one alone belongs to start.
func (c cron) times(field, key string, most int) (string, bool) {
	list, ok := cronList(field, 0, most, nil)
	if !ok || len(list) == 0 { // every minute or hour: finer than DAILY
		return "", false
	}
	if len(list) == 1 {
		return "", true
	}
	return ";" + key + "=" + joined(list), true
}

func (c cron) days() (string, bool) {
	monthDays, ok := cronMonthDays(c.day)
	days, ok2 := cronWeekdays(c.weekday)
	switch {
	case !ok || !ok2:
		return "", false
	case len(monthDays) == 0 && len(days) == 0:
		return "FREQ=DAILY", true
	case len(days) == 0:
		return "FREQ=MONTHLY;BYMONTHDAY=" + joined(monthDays), true
	case len(monthDays) == 0 && len(days[0]) > 2: // 2TU, -1FR
		return "FREQ=MONTHLY;BYDAY=" + strings.Join(days, ","), true
	case len(monthDays) == 0:
		return "FREQ=WEEKLY;BYDAY=" + strings.Join(days, ","), true
	}
	// The days of one week of the month and a weekday: "the second Tuesday".
	if first := monthDays[0]; len(monthDays) == 7 && first%7 == 1 && monthDays[6] == first+6 {
		for i, day := range days {
			days[i] = strconv.Itoa(first/7+1) + day
		}
		return "FREQ=MONTHLY;BYDAY=" + strings.Join(days, ","), true
	}
	return "FREQ=MONTHLY;BYMONTHDAY=" + joined(monthDays) + ";BYDAY=" + strings.Join(days, ","), true
}

var monthNames = []string{"", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}

var cronDayNames = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

func cronMonthDays(field string) ([]int, bool) {
	if field == "L" {
		return []int{-1}, true
	}
	return cronList(field, 1, 31, nil)
}

// cronWeekdays reads also Quartz's 2#3 (third Tuesday) and 5L (last Friday).
func cronWeekdays(field string) ([]string, bool) {
	if day, nth, ok := strings.Cut(field, "#"); ok {
		list, ok := cronList(day, 0, 7, cronDayNames)
		n, isNumber := unsigned(nth, 1)
		if !ok || !isNumber || len(list) != 1 {
			return nil, false
		}
		return []string{strconv.Itoa(n) + weekdays[list[0]%7]}, true
	}
	last := ""
	if day, ok := strings.CutSuffix(field, "L"); ok && day != "" {
		field, last = day, "-1"
	}
	list, ok := cronList(field, 0, 7, cronDayNames)
	names := make([]string, 0, len(list))
	for _, n := range list {
		if name := last + weekdays[n%7]; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, ok
}

// cronList reads a field of numbers, names, ranges and steps; empty for all.
func cronList(field string, least, most int, names []string) ([]int, bool) {
	if isAll(field) {
		return nil, true
	}
	in := make([]bool, most+1)
	for item := range strings.SplitSeq(field, ",") {
		from, to, step, ok := cronItem(item, least, most, names)
		if !ok {
			return nil, false
		}
		for n := from; n <= to; n += step {
			in[n] = true
		}
	}
	var list []int
	for n, wanted := range in {
		if wanted {
			list = append(list, n)
		}
	}
	return list, len(list) > 0
}

func cronItem(item string, least, most int, names []string) (from, to, step int, ok bool) {
	span, every, stepped := strings.Cut(item, "/")
	step = 1
	if stepped {
		if step, ok = unsigned(every, 2); !ok || step == 0 {
			return 0, 0, 0, false
		}
	}
	if isAll(span) {
		return least, most, step, true
	}
	first, last, ranged := strings.Cut(span, "-")
	from, ok = cronNumber(first, names)
	if to = from; ranged && ok {
		to, ok = cronNumber(last, names)
	} else if stepped {
		to = most
	}
	return from, to, step, ok && from >= least && to <= most && from <= to
}

func cronNumber(text string, names []string) (int, bool) {
	if i := slices.Index(names, strings.ToUpper(text)); i >= 0 && text != "" {
		return i, true
	}
	return unsigned(text, 2)
}
