package approval

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
)

// wild is an input of which anything may be missing, empty or absurd.
func wild(t *rapid.T) Input {
	text := rapid.SampledFrom([]string{"", "ada", "bob", "frank", "gone", "robo", "acme/ops", "acme/chief", "ops", "g0", "h1", "m", "main", "repo", "feature", "\x00", "contact acme/ops"})
	texts := rapid.SliceOfN(text, 0, 4)
	at := rapid.Custom(func(t *rapid.T) time.Time {
		return rapid.SampledFrom([]time.Time{{}, noon, noon.Add(-time.Hour), noon.Add(time.Hour), time.Unix(1<<60, 0), time.Unix(-1<<60, 0)}).Draw(t, "at")
	})
	var require func(depth int) Require
	require = func(depth int) Require {
		r := Require{Group: text.Draw(t, "group"), OwnerOf: rapid.SampledFrom([]string{"", "assets", "x"}).Draw(t, "owner"), Count: rapid.IntRange(-1, 3).Draw(t, "count")}
		if rapid.Bool().Draw(t, "roles") {
			r.ContactRoles = rapid.SampledFrom([][]string{{"technical"}, {"business", ""}, {}}).Draw(t, "roles")
		}
		for range rapid.IntRange(0, depth).Draw(t, "all") {
			r.All = append(r.All, require(depth-1))
		}
		for range rapid.IntRange(0, depth).Draw(t, "any") {
			r.Any = append(r.Any, require(depth-1))
		}
		return r
	}
	var rules []Rule
	for range rapid.IntRange(0, 3).Draw(t, "rules") {
		r := rule(text.Draw(t, "name"), require(2))
		r.DistinctPeople, r.Signed = rapid.Bool().Draw(t, "distinct"), rapid.Bool().Draw(t, "signed")
		r.ValidFor = rapid.SampledFrom([]time.Duration{-1, 0, time.Hour, LongestValid, 1 << 62}).Draw(t, "valid")
		if rapid.Bool().Draw(t, "refers") {
			r.Match = nil
		}
		rules = append(rules, r)
	}
	in := someInput(rules...)
	in.Book.Groups["g0"] = texts.Draw(t, "members")
	for range rapid.IntRange(0, 6).Draw(t, "acts") {
		in.Acts = append(in.Acts, Act{
			Evidence: text.Draw(t, "evidence"), Key: rapid.SampledFrom([]string{"", "key ada", "key bob", "key frank", "key x"}).Draw(t, "key"), Account: rapid.Int64Range(-1, 7).Draw(t, "account"),
			Verdict:    rapid.SampledFrom([]string{"", SaysApproved, SaysApproved, SaysRejected, SaysWithdrawn, SaysConsented, "x"}).Draw(t, "verdict"),
			Repository: rapid.SampledFrom([]string{"repo", "repo", ""}).Draw(t, "repository"), Target: rapid.SampledFrom([]string{"main", "main", ""}).Draw(t, "target"),
			Change: rapid.SampledFrom([]string{"feature", "feature", ""}).Draw(t, "change"), Head: text.Draw(t, "head"), Base: text.Draw(t, "base"), Effect: rapid.SampledFrom([]string{"", in.Landing.Digest().String()}).Draw(t, "effect"),
			Accepts: texts.Draw(t, "accepts"), Contact: text.Draw(t, "contact"), AsOf: at.Draw(t, "asOf"), Expires: at.Draw(t, "expires"), FirstSeen: at.Draw(t, "seen"),
			Position: rapid.Int64Range(-1, 3).Draw(t, "position"), Serial: rapid.Int64Range(-1, 3).Draw(t, "serial"), Spent: rapid.Bool().Draw(t, "spent"),
		})
	}
	in.Proposals = append(in.Proposals, Proposal{}, Proposal{Head: text.Draw(t, "other"), Effect: &effect.Effect{}}, Proposal{Head: "h1", Problem: text.Draw(t, "problem")})
	in.Contributors = change.Contributors{Author: text.Draw(t, "author"), People: texts.Draw(t, "people")}
	in.Now = at.Draw(t, "now")
	switch rapid.IntRange(0, 9).Draw(t, "spoil") {
	case 0:
		in.Book = &Book{Rules: rules}
	case 1:
		in.Entries = append(in.Entries, Entry{})
	case 2:
		in.Findings = nil
	case 3:
		in.Landing = nil
	case 4:
		in.Book = nil
	}
	return in
}

// TestJudgeIsTotal: whatever comes, a verdict comes back, the same each time, and
// nothing is approved that nobody approved.
func TestJudgeIsTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := wild(t)
		v := Judge(in)
		if v.State == Approved && len(v.Used) == 0 {
			t.Fatalf("approved by nobody: %+v", v)
		}
		if v.State != Approved && len(v.Unblock) == 0 {
			t.Fatalf("%s, and nothing would unblock it: %+v", v.State, v)
		}
		in.Acts = rapid.Permutation(in.Acts).Draw(t, "acts")
		if again := Judge(in); !reflect.DeepEqual(v, again) {
			t.Fatalf("in another order\n%+v\nwas\n%+v", again, v)
		}
	})
}
