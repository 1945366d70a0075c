package window

// Span is the time from Start, inclusive, to End, exclusive, in seconds since
// 1970-01-01T00:00:00Z.
type Span struct{ Start, End int64 }

// Spans are sorted by start; none is empty, and no two overlap or touch.
type Spans []Span
