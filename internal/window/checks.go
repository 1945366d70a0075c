package window

// Checks are the judgements that a schema's patterns cannot express, by the
// definition they are hung on. Each says what is wrong with a text, and how to
// mend it, or nothing.
func Checks() map[string]func(text string) (problem, hint string) {
	return map[string]func(string) (string, string){
		"#Zone":          check(Zone),
		"#Duration":      check(ParseDuration),
		"#WindowLength":  check(ParseLength),
		"#Offset":        check(ParseOffset),
		"#Period":        check(ParsePeriod),
		"#Date":          check(ParseDate),
		"#Instant":       check(ParseInstant),
		"#LocalTime":     check(ParseLocal),
		"#DateOrInstant": check(ParseDateOrInstant),
		"#Clock":         check(ParseClock),
		"#RRule":         check(ParseRule),
	}
}

func check[T any](parse func(string) (T, error)) func(string) (string, string) {
	return func(text string) (string, string) {
		_, err := parse(text)
		return explain(err)
	}
}
