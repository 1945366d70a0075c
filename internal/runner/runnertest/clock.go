// Package runnertest is a world in memory around internal/runner: a log under a lease
// that fails by script, hosts that keep the wrapper's rules to the letter and misbehave
// on request, people who are told, a clock that only tests move, and small documents.
// Nothing in it waits, hashes or encodes; a whole rollout takes well under a
// millisecond.
package runnertest

// Time is the true time of a world.
type Time struct{ Millis int64 } // since 1970

// Begin is a world's time from an instant, in Unix seconds.
func Begin(seconds int64) *Time { return &Time{Millis: seconds * 1000} }

// Seconds are Unix seconds.
func (t *Time) Seconds() int64 { return t.Millis / 1000 }

// Pass lets seconds go by.
func (t *Time) Pass(seconds int64) { t.Millis += seconds * 1000 }

// To moves to an instant that has not passed yet.
func (t *Time) To(seconds int64) { t.Millis = max(t.Millis, seconds*1000) }

// Clock is one machine's clock. Offset is by how many seconds it is ahead; a change of
// it is a jump.
type Clock struct {
	*Time
	Offset int64
}

// Now is the time of day by this clock.
func (c *Clock) Now() int64 { return c.Seconds() + c.Offset }

// Monotonic is the time since any moment; it does not jump.
func (c *Clock) Monotonic() int64 { return c.Millis }
