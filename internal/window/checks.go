package window

import "time"

// Checks are the judgements that a schema's patterns cannot express, by the
// definition they are hung on. Each says what is wrong with a text, and how to
// mend it, or nothing.
func Checks() map[string]func(text string) (problem, hint string) {
	return map[string]func(string) (string, string){
		"#Zone":            check(Zone),
		"#WindowZone":      check(windowZone),
		"#Duration":        check(ParseDuration),
		"#DurationOrZero":  check(ParseDurationOrZero),
		"#WindowLength":    check(ParseLength),
		"#Offset":          check(ParseOffset),
		"#Period":          check(ParsePeriod),
		"#Date":            check(ParseDate),
		"#Instant":         check(ParseInstant),
		"#LocalTime":       check(ParseLocal),
		"#DateOrInstant":   check(ParseDateOrInstant),
		"#DateOrLocalTime": check(parseDateOrLocal),
		"#Clock":           check(ParseClock),
		"#RRule":           check(ParseRule),
	}
}

func check[T any](parse func(string) (T, error)) func(string) (string, string) {
	return func(text string) (string, string) {
		_, err := parse(text)
		return explain(err)
	}
}

// windowZone reads a zone, or "client" for the zone of each client.
func windowZone(text string) (*time.Location, error) {
	if text == "client" {
		return nil, nil
	}
	return Zone(text)
}

func parseDateOrLocal(text string) (Local, error) {
	if len(text) > len("0000-00-00") {
		return ParseLocal(text)
	}
	date, err := ParseDate(text)
	return date.At(0), err
}
