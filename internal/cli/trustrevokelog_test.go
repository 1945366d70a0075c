package cli

import (
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/patchops/patchops/internal/resultlog"
)

// TestWhereALogIsTakenBackTo: exactly one commit has what is good, and nothing that
// another key signed is set aside with the rest.
func TestWhereALogIsTakenBackTo(t *testing.T) {
	point := func(key string, size int64, root byte) signedPoint {
		return signedPoint{resultlog.Checkpoint{Size: size, Root: tlog.Hash{root}}, "", []string{key}, true}
	}
	aside := point("0", 2, 9) // a key that was revoked before signed it
	aside.counts = false
	other := tlog.Hash{9}.String()
	for name, c := range map[string]struct {
		points []signedPoint
		said   stated
		at     int
		why    string
	}{
		"the newest":             {[]signedPoint{point("a", 2, 1), point("a", 4, 2)}, stated{size: 4}, 1, ""},
		"one before":             {[]signedPoint{point("a", 2, 1), point("a", 4, 2), point("a", 5, 3)}, stated{size: 4}, 1, ""},
		"nothing":                {[]signedPoint{point("a", 2, 1)}, stated{}, -1, ""},
		"by another key":         {[]signedPoint{point("0", 2, 1), point("a", 4, 2)}, stated{size: 2}, 0, ""},
		"long ago":               {[]signedPoint{point("a", 2, 1), point("b", 4, 2)}, stated{size: 2}, 0, ""},
		"put back":               {[]signedPoint{point("a", 2, 1), point("a", 4, 2), point("a", 2, 1)}, stated{size: 2}, 0, ""},
		"a fork, by its hash":    {[]signedPoint{point("a", 2, 9), point("a", 2, 1)}, stated{2, other}, 0, ""},
		"a fork":                 {[]signedPoint{point("a", 2, 1), point("a", 2, 9)}, stated{size: 2}, 0, "two different logs"},
		"no commit has it":       {[]signedPoint{point("a", 2, 1), point("a", 4, 2)}, stated{size: 3}, 0, "no commit"},
		"no commit has the hash": {[]signedPoint{point("a", 2, 1)}, stated{2, other}, 0, "no commit"},
		"set aside before":       {[]signedPoint{point("0", 1, 1), aside, point("a", 2, 2), point("a", 3, 3)}, stated{size: 2}, 2, ""},
		"only set aside has it":  {[]signedPoint{point("0", 1, 1), aside, point("a", 3, 3)}, stated{size: 2}, 0, "no commit"},
		"another on top":         {[]signedPoint{point("a", 2, 1), point("a", 4, 2), point("b", 5, 3)}, stated{size: 2}, 0, "signed on top"},
	} {
		l := signedLog{branch: "patchops/log/acme/2026", name: resultlog.Name{Client: "acme", Year: 2026}, points: c.points}
		g, err := l.good(c.said, []string{"a"})
		switch {
		case c.why != "" && (err == nil || !strings.Contains(err.Error(), c.why)), c.why == "" && err != nil:
			t.Errorf("%s: %v, wanted %q", name, err, c.why)
		case err == nil && (l.at != c.at || g.Size != c.said.size || (g.Hash == "") != (g.Size == 0)):
			t.Errorf("%s: %+v at %d", name, g, l.at)
		}
	}
	for want, points := range [][]signedPoint{{point("a", 2, 1), aside}, {aside, point("a", 2, 1)}} {
		if at := (signedLog{points: points}).newest(); at != want {
			t.Errorf("the newest that counts is at %d, wanted %d", at, want)
		}
	}
	if at := (signedLog{points: []signedPoint{aside}}).newest(); at != -1 {
		t.Errorf("a log that a revoked key made is left as it is at %d", at)
	}
	l := signedLog{points: []signedPoint{point("a", 2, 1), point("a", 4, 2), point("a", 3, 3)}}
	if _, err := l.all([]string{"a"}); err == nil || !strings.Contains(err.Error(), "goes back from 4 records to 3") {
		t.Errorf("a log that goes back: %v", err)
	}
	if size, err := l.all([]string{"b"}); err != nil || size != 0 {
		t.Errorf("a key that signed nothing: %d, %v", size, err)
	}
}
