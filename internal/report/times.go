package report

import (
	"fmt"
	"strings"
	"time"
)

// Instants here are seconds since 1970-01-01T00:00:00Z. Everything is shown twice:
// on the clocks of a client's zone, for those who will be there, and in UTC, for
// those who compare.

// utc is an instant as machines read it.
func utc(t int64) string { return time.Unix(t, 0).UTC().Format(time.RFC3339) }

// local is an instant with the offset of a zone.
func local(t int64, zone *time.Location) string {
	return time.Unix(t, 0).In(zoneOr(zone)).Format(time.RFC3339)
}

// zoneOr is a zone, UTC where there is none.
func zoneOr(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

// clockForm shows seconds only where there are some.
func clockForm(t time.Time) string {
	if t.Second() != 0 {
		return t.Format("15:04:05")
	}
	return t.Format("15:04")
}

// day is "Sat 2026-03-14 22:00".
func day(t time.Time) string { return t.Format("Mon 2006-01-02 ") + clockForm(t) }

// stamp is "Sat 2026-03-14 22:00 EDT (Sun 2026-03-15 02:00Z)"; the second half
// only where the zone is not UTC.
func stamp(t int64, zone *time.Location) string {
	at, there := time.Unix(t, 0).UTC(), time.Unix(t, 0).In(zoneOr(zone))
	if zoneOr(zone) == time.UTC {
		return day(at) + "Z"
	}
	return fmt.Sprintf("%s %s (%sZ)", day(there), there.Format("MST"), sameDay(at, there))
}

// sameDay is an instant without its day where another reading of it shows that.
func sameDay(t, shown time.Time) string {
	if t.Format(time.DateOnly) == shown.Format(time.DateOnly) {
		return clockForm(t)
	}
	return day(t)
}

// span is "Sat 2026-03-14 22:00–23:15 EDT (Sun 2026-03-15 02:00–03:15Z)".
func span(start, end int64, zone *time.Location) string {
	at, there := localSpan(start, end, time.UTC), localSpan(start, end, zoneOr(zone))
	if zoneOr(zone) == time.UTC {
		return at
	}
	return there + " (" + strings.TrimPrefix(at, time.Unix(start, 0).In(zone).Format("Mon 2006-01-02 ")) + ")"
}

// localSpan is "Sat 2026-03-14 22:00–23:15 EDT", and names the second day, or the
// second offset, where it is another.
func localSpan(start, end int64, zone *time.Location) string {
	a, b := time.Unix(start, 0).In(zone), time.Unix(end, 0).In(zone)
	first, last := day(a), clockForm(b)
	if a.Format(time.DateOnly) != b.Format(time.DateOnly) {
		last = day(b)
	}
	if zone == time.UTC {
		return first + "–" + last + "Z"
	}
	if a.Format("MST") != b.Format("MST") {
		first += " " + a.Format("MST")
	}
	return first + "–" + last + " " + b.Format("MST")
}

// length is a duration for people, in seconds: "2h 15m", "3d 4h", "45m", "30s".
func length(seconds int64) string {
	if seconds <= 0 {
		return "0m"
	}
	var parts []string
	for _, u := range []struct {
		size int64
		name string
	}{{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}} {
		if n := seconds / u.size; n > 0 {
			parts = append(parts, fmt.Sprintf("%d%s", n, u.name))
		}
		seconds %= u.size
	}
	return strings.Join(parts, " ")
}

// isoMinutes is an ISO 8601 duration in minutes, PT75M, in seconds where it is
// not whole minutes.
func isoMinutes(seconds int64) string {
	if seconds%60 != 0 {
		return fmt.Sprintf("PT%dS", seconds)
	}
	return fmt.Sprintf("PT%dM", seconds/60)
}

// Currencies of ISO 4217 whose minor unit is not a hundredth.
const (
	wholeOnly = " BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF "
	thousands = " BHD IQD JOD KWD LYD OMR TND "
)

// money is an amount of minor units: "540.00 EUR", "540 JPY", "0.540 KWD".
func money(amount int64, currency string) string {
	digits := 2
	switch {
	case strings.Contains(wholeOnly, " "+currency+" "):
		digits = 0
	case strings.Contains(thousands, " "+currency+" "):
		digits = 3
	}
	sign := ""
	text := fmt.Sprintf("%0*d", digits+1, amount)
	if amount < 0 {
		sign, text = "-", fmt.Sprintf("%0*d", digits+1, -amount)
	}
	whole, part := text[:len(text)-digits], text[len(text)-digits:]
	if part != "" {
		part = "." + part
	}
	return strings.TrimSpace(sign + whole + part + " " + Display(currency))
}
