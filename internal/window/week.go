package window

import "time"

// Week is hours of the week on the clocks of a zone: business hours, a vendor's
// support, a shift.
type Week struct {
	Zone   *time.Location
	Hours  []Hours
	Closed []Date // days without hours, sorted: holidays
}

// Hours are the same on some days of the week. Where To is not after From they
// run past midnight; To may be 24:00. They belong to the day on which they begin.
type Hours struct {
	Days     [7]bool // by time.Weekday
	From, To Clock
}
