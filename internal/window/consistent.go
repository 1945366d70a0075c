package window

// maxTimes is how often a rule may recur in a day: once a minute. Nothing is
// planned more finely.
const maxTimes = 24 * 60

// consistent judges the parts together: what RFC 5545 3.3.10 forbids, and what
// could never recur.
func (p *parser) consistent() error {
	r, at := &p.rule, p.seen
	_, counted := at["COUNT"]
	switch {
	case r.Frequency == "":
		return p.fail(0, "write FREQ=DAILY, FREQ=WEEKLY, FREQ=MONTHLY or FREQ=YEARLY", "FREQ is missing")
	case counted && r.Until.Form != NoUntil:
		return p.fail(max(at["COUNT"], at["UNTIL"]), "leave one of them out", "COUNT stands with UNTIL")
	case r.ByMonthDay != nil && r.Frequency == Weekly:
		return p.fail(at["BYMONTHDAY"], "write FREQ=MONTHLY or FREQ=YEARLY", "BYMONTHDAY has no meaning with FREQ=WEEKLY")
	case r.ByYearDay != nil && r.Frequency != Yearly:
		return p.fail(at["BYYEARDAY"], "write FREQ=YEARLY", "BYYEARDAY has no meaning with FREQ=%s", r.Frequency)
	case r.ByWeekNo != nil && r.Frequency != Yearly:
		return p.fail(at["BYWEEKNO"], "write FREQ=YEARLY", "BYWEEKNO has no meaning with FREQ=%s", r.Frequency)
	case r.ByWeekNo != nil && r.ByDay == nil:
		return p.fail(at["BYWEEKNO"], "add BYDAY with the days of those weeks", "BYWEEKNO stands without BYDAY")
	case r.BySetPos != nil && !p.selects():
		return p.fail(at["BYSETPOS"], "add the rule part it selects from, such as BYDAY", "BYSETPOS stands without another BY part")
	}
	if n := max(1, len(r.ByHour)) * max(1, len(r.ByMinute)) * max(1, len(r.BySecond)); n > maxTimes {
		return p.fail(0, "name fewer of them in BYHOUR, BYMINUTE and BYSECOND", "%d times of day, at most %d are read", n, maxTimes)
	}
	return p.ordinals()
}

// selects reports whether any BY part but BYSETPOS is there.
func (p *parser) selects() bool {
	for key := range p.seen {
		if key[:2] == "BY" && key != "BYSETPOS" {
			return true
		}
	}
	return false
}

// ordinals judges the ordinals of BYDAY: they count within the month or year of
// FREQ, or within the months of BYMONTH.
func (p *parser) ordinals() error {
	r := &p.rule
	inMonth := r.Frequency == Monthly || r.ByMonth != nil
	for _, d := range r.ByDay {
		switch {
		case d.Ordinal == 0:
			continue
		case r.Frequency != Monthly && r.Frequency != Yearly:
			return p.fail(p.seen["BYDAY"], "write FREQ=MONTHLY or FREQ=YEARLY, or leave the number out",
				"BYDAY=%s has no meaning with FREQ=%s", d, r.Frequency)
		case r.ByWeekNo != nil:
			return p.fail(p.seen["BYDAY"], "leave the number out", "BYDAY=%s has no meaning beside BYWEEKNO", d)
		case inMonth && (d.Ordinal > 5 || d.Ordinal < -5):
			return p.fail(p.seen["BYDAY"], "write an ordinal from 1 to 5 or from -5 to -1", "no month has BYDAY=%s", d)
		}
	}
	return nil
}
