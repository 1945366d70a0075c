// Package window answers when: time zones, local dates and instants, ISO 8601
// durations and RFC 5545 recurrence rules.
//
// It is pure: the zone data is its own, and no clock is read. It does not know
// documents, clients or findings; what it refuses is an Error with a place in
// the text, and its callers say where that text stands.
package window

import "errors"

// Error says what is wrong with a text that a user wrote.
//
// Problem is a finding's message: the value found and the value wanted. Hint is
// an imperative, or empty. Offset is the 0-based count of bytes before the part
// that is wrong.
type Error struct {
	Offset  int
	Problem string
	Hint    string
}

func (e *Error) Error() string { return e.Problem }

// explain gives an error's parts in the form that schema checks want.
func explain(err error) (problem, hint string) {
	if err == nil {
		return "", ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Problem, e.Hint
	}
	return err.Error(), ""
}
