package trust

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

const hash = "recSOzZe1WqJjVOtW4L+Fn5lPBdo/6/rLB1ymx+VOrU="

// leaked is the root after first, which revokes its log key.
func leaked(t tester, good ...Good) Root {
	r := first(t, 1, 0)
	r.Version, r.Previous = 2, signed(t, first(t, 1, 0), 0).Digest()
	r.LogKeys = append(r.LogKeys, logKey(t, 1))
	if good == nil {
		good = []Good{}
	}
	r.Revoked = []Revoked{{Key: logKey(t, 0), Good: good, Reason: "leaked"}}
	return r
}

func TestRevokedLogKeysAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		good   []Good
		change func(r *Root)
		ok     bool
	}{
		"nothing is good":    {nil, func(*Root) {}, true},
		"two logs":           {[]Good{{"_org/2026", 7, hash}, {"acme/2026-2", 4, hash}}, func(*Root) {}, true},
		"an empty log":       {[]Good{{"acme/2026", 0, ""}}, func(*Root) {}, true},
		"not sorted":         {[]Good{{"b/2026", 7, hash}, {"a/2026", 4, hash}}, func(*Root) {}, false},
		"twice":              {[]Good{{"a/2026", 7, hash}, {"a/2026", 7, hash}}, func(*Root) {}, false},
		"no log":             {[]Good{{"acme", 7, hash}}, func(*Root) {}, false},
		"two lines":          {[]Good{{"acme/2026\n", 7, hash}}, func(*Root) {}, false},
		"below nothing":      {[]Good{{"acme/2026", -1, hash}}, func(*Root) {}, false},
		"no hash":            {[]Good{{"acme/2026", 7, ""}}, func(*Root) {}, false},
		"a hash of nothing":  {[]Good{{"acme/2026", 0, hash}}, func(*Root) {}, false},
		"a short hash":       {[]Good{{"acme/2026", 7, hash[4:]}}, func(*Root) {}, false},
		"another base64":     {[]Good{{"acme/2026", 7, hash[:42] + "V="}}, func(*Root) {}, false},
		"no reason":          {nil, func(r *Root) { r.Revoked[0].Reason = " " }, false},
		"a reason of lines":  {nil, func(r *Root) { r.Revoked[0].Reason = "a\nb" }, false},
		"no key of ours":     {nil, func(r *Root) { r.Revoked[0].Key = logKey(t, 2) }, false},
		"none left":          {nil, func(r *Root) { r.LogKeys = r.LogKeys[:1] }, false},
		"a key twice":        {nil, func(r *Root) { r.Revoked = append(r.Revoked, r.Revoked[0]) }, false},
		"more than fits":     {slices.Repeat([]Good{{"a/2026", 7, hash}}, maxGood+1), func(*Root) {}, false},
		"dropped altogether": {nil, func(r *Root) { r.LogKeys = r.LogKeys[1:] }, false},
	} {
		r := leaked(t, c.good...)
		c.change(&r)
		if err := r.Check(); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrRoot) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The owners' word on a log key stays: the next root may say that less is good, never that
// more is, nor something else.
func TestRevokedLogKeysStayRevoked(t *testing.T) {
	old := leaked(t, Good{"acme/2026", 4, hash})
	for name, c := range map[string]struct {
		change func(r *Root)
		ok     bool
	}{
		"the same":        {func(*Root) {}, true},
		"less is good":    {func(r *Root) { r.Revoked[0].Good[0] = Good{"acme/2026", 3, hash} }, true},
		"nothing is good": {func(r *Root) { r.Revoked[0].Good = []Good{} }, true},
		"another is, too": {func(r *Root) {
			r.LogKeys = append(r.LogKeys, logKey(t, 2))
			r.Revoked = append(r.Revoked, Revoked{logKey(t, 1), []Good{}, "x"})
		}, true},
		"more is good":       {func(r *Root) { r.Revoked[0].Good[0].Size = 5 }, false},
		"something else is":  {func(r *Root) { r.Revoked[0].Good[0].Hash = "A" + hash[1:] }, false},
		"another log is":     {func(r *Root) { r.Revoked[0].Good = append(r.Revoked[0].Good, Good{"globex/2026", 1, hash}) }, false},
		"it is not revoked":  {func(r *Root) { r.Revoked = nil }, false},
		"another is instead": {func(r *Root) { r.LogKeys = append(r.LogKeys, logKey(t, 2)); r.Revoked[0].Key = logKey(t, 1) }, false},
	} {
		next := leaked(t, Good{"acme/2026", 4, hash})
		next.Version, next.Previous = 3, signed(t, old, 0).Digest()
		c.change(&next)
		slices.SortFunc(next.Revoked, func(a, b Revoked) int { return strings.Compare(a.Key, b.Key) })
		_, err := signed(t, old, 0).Next(signed(t, next, 0))
		if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrRoot) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
