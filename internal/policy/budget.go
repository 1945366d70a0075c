package policy

import (
	"errors"
	"time"
)

// stepsPerRule is how many expressions one rule may evaluate for one document,
// and all rules of a kind together before they are judged one by one. It takes
// less than a second, and unlike a clock it stops every run at the same place.
const stepsPerRule = 1_000_000

// A budget stops an evaluation: OPA asks it before each expression.
type budget struct{ left int }

// Cancel implements topdown.Cancel.
func (b *budget) Cancel() { b.left = 0 }

// Cancelled implements topdown.Cancel.
func (b *budget) Cancelled() bool {
	b.left--
	return b.left <= 0
}

// epoch stands in for the clock, which no allowed builtin reads.
var epoch = time.Unix(0, 1).UTC()

// noSeed stands in for randomness, which no allowed builtin reads.
type noSeed struct{}

// Read implements io.Reader.
func (noSeed) Read([]byte) (int, error) { return 0, errors.New("rules have no randomness") }
