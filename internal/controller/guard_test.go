package controller

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// told is a remote's clock.
type told struct {
	of  func() time.Time
	err error
}

func (r *told) Time(context.Context) (time.Time, error) {
	if r.err != nil {
		return time.Time{}, r.err
	}
	return r.of(), nil
}
func (r *told) Source() string { return "test" }

// TestR46ClockGuards: nothing starts while this machine's clock cannot be trusted
// (authority.md 5.10).
func TestR46ClockGuards(t *testing.T) {
	clock := &ticker{now: scriptTime, mono: time.Hour}
	remote := &told{of: func() time.Time { return clock.now }}
	g := &guard{clock: clock.clock(), remote: remote}
	newest := scriptTime
	stops := func(want string) {
		t.Helper()
		if why := g.stop(context.Background(), true, newest); want == "" && why != "" || !strings.Contains(why, want) {
			t.Fatalf("%q, wanted %q", why, want)
		}
	}
	stops("")
	clock.pass(time.Minute)
	clock.now = clock.now.Add(2 * time.Second) // slewed
	stops("")
	remote.err = errors.New("down")
	clock.now = clock.now.Add(3 * time.Second)
	stops("jumped by 3s")
	clock.pass(time.Minute)
	stops("jumped") // nobody has said since that it is right
	remote.err = nil
	clock.pass(time.Minute)
	stops("") // the remote has
	remote.of = func() time.Time { return clock.now.Add(-31 * time.Second) }
	clock.pass(time.Minute)
	stops("31s off the remote's (test)")
	remote.of = func() time.Time { return clock.now.Add(31*time.Second + time.Millisecond) }
	clock.pass(time.Minute)
	stops("31s off")
	remote.of = func() time.Time { return clock.now.Truncate(time.Second) } // a Date has whole seconds
	clock.pass(time.Minute)
	stops("")
	g.remote = nil
	clock.now = clock.now.Add(-3 * time.Second)
	stops("jumped by -3s")
	clock.pass(119 * time.Second)
	stops("evenly for 2m0s")
	clock.now = clock.now.Add(3 * time.Second)
	clock.pass(time.Second)
	stops("jumped by 3s") // and the time begins anew
	clock.pass(2 * time.Minute)
	stops("")
	clock.now = clock.now.Add(-time.Hour)
	newest = clock.now.Add(5 * time.Minute)
	stops("jumped by -1h")
	clock.pass(4 * time.Minute)
	stops("not behind the log")
	clock.pass(time.Minute)
	stops("")
}

// TestTheRemotesDate asks a real server, which refuses us.
func TestTheRemotesDate(t *testing.T) {
	var asked string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.String()
		w.Header().Set("Date", "Thu, 12 Mar 2026 09:00:30 GMT")
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer s.Close()
	c := clockOf(strings.Replace(s.URL, "http://", "http://ada:secret@", 1) + "/plans.git")
	at, err := c.Time(context.Background())
	if err != nil || !at.Equal(scriptTime) || asked != "/plans.git/info/refs?service=git-upload-pack" {
		t.Errorf("%s, %v, asked %s", at, err, asked)
	}
	s.Close()
	if _, err := c.Time(context.Background()); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
	for _, none := range []string{"git@example.com:plans.git", "ssh://git@example.com/plans.git", "git://example.com/x", "/srv/plans.git", "file:///srv/plans.git"} {
		if clockOf(none) != nil || !strings.Contains(clockName(clockOf(none)), "none") {
			t.Errorf("%s tells a time", none)
		}
	}
}
