package approval

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/change"
)

var everybody = []string{"ada", "bob", "carl", "dana", "erin", "frank"}

func drawRequire(t *rapid.T, depth int) Require {
	kind := 0
	if depth > 0 {
		kind = rapid.IntRange(0, 3).Draw(t, "branch")
	}
	if kind < 2 {
		return of(rapid.SampledFrom([]string{"g0", "g1", "g2"}).Draw(t, "group"), rapid.IntRange(1, 2).Draw(t, "count"))
	}
	var branches []Require
	for range rapid.IntRange(1, 3).Draw(t, "branches") {
		branches = append(branches, drawRequire(t, depth-1))
	}
	if kind == 2 {
		return Require{All: branches}
	}
	return Require{Any: branches}
}

// spoiled are ways in which an approval does not count, whatever the rule.
var spoiled = map[string]func(*Act){
	"repository":  func(a *Act) { a.Repository = "other" },
	"target":      func(a *Act) { a.Target = "staging" },
	"change":      func(a *Act) { a.Change = "other" },
	"head":        func(a *Act) { a.Head = "h9" },
	"no head":     func(a *Act) { a.Head = "" },
	"base":        func(a *Act) { a.Base = "m9" },
	"no base":     func(a *Act) { a.Base = "" },
	"effect":      func(a *Act) { a.Effect = someEffect("z").Digest().String() },
	"no effect":   func(a *Act) { a.Effect = "" },
	"key":         func(a *Act) { a.Key = "key nobody" },
	"no key":      func(a *Act) { a.Key = "" },
	"verdict":     func(a *Act) { a.Verdict = "commented" },
	"no verdict":  func(a *Act) { a.Verdict = "" },
	"rejected":    func(a *Act) { a.Verdict = SaysRejected },
	"withdrawn":   func(a *Act) { a.Verdict = SaysWithdrawn },
	"consented":   func(a *Act) { a.Verdict = SaysConsented },
	"a contact's": func(a *Act) { a.Contact = "acme/ops" },
	"accepts":     func(a *Act) { a.Accepts = []string{"b"} },
	"too old":     func(a *Act) { a.AsOf = noon.Add(-LongestValid - time.Second) },
	"too new":     func(a *Act) { a.AsOf = a.FirstSeen.Add(skew + time.Second) },
	"expired":     func(a *Act) { a.Expires = noon.Add(-time.Second) },
	"spent":       func(a *Act) { a.Spent = true },
	"broken":      func(a *Act) { a.Broken = "behind" },
	"revoked":     func(a *Act) { a.RevokedBefore = true },
}

func drawInput(t *rapid.T) Input {
	var rules []Rule
	for i := range rapid.IntRange(1, 2).Draw(t, "rules") {
		r := rule(fmt.Sprint("r", i), drawRequire(t, 2))
		r.DistinctPeople = rapid.Bool().Draw(t, "distinct")
		r.ExcludeAuthor, r.ExcludeOthers = rapid.Bool().Draw(t, "author"), rapid.Bool().Draw(t, "others")
		r.Signed = rapid.Bool().Draw(t, "signed")
		rules = append(rules, r)
	}
	in := someInput(rules...)
	some := rapid.SliceOfDistinct(rapid.SampledFrom(everybody), rapid.ID[string])
	for i := range 3 {
		in.Book.Groups[fmt.Sprint("g", i)] = some.Draw(t, "members")
	}
	in.Contributors = change.Contributors{Author: rapid.SampledFrom(append([]string{""}, everybody...)).Draw(t, "author")}
	in.Contributors.People = slices.DeleteFunc(sortedSet(append(some.Draw(t, "contributors"), in.Contributors.Author)), func(s string) bool { return s == "" })
	for h := range in.Findings {
		in.Findings[h] = []string{"a"}
	}
	for i := range rapid.IntRange(0, 9).Draw(t, "acts") {
		in.Acts = append(in.Acts, drawAct(t, i))
	}
	return in
}

func drawAct(t *rapid.T, i int) Act {
	n := rapid.IntRange(0, len(everybody)-1).Draw(t, "person")
	verdict := rapid.SampledFrom([]string{SaysApproved, SaysApproved, SaysApproved, SaysRejected, SaysWithdrawn}).Draw(t, "verdict")
	options := []func(*Act){says(verdict, i+1), func(a *Act) { a.Evidence, a.Accepts = fmt.Sprint("act ", i), []string{"a"} }}
	if rapid.IntRange(0, 3).Draw(t, "spoil") == 0 {
		how := rapid.SampledFrom([]string{"target", "head", "accepts", "spent", "broken", "revoked"}).Draw(t, "how")
		options = append(options, spoiled[how])
	}
	if rapid.Bool().Draw(t, "review") {
		return review(int64(n+1), options...)
	}
	return by(everybody[n], options...)
}

// naive says what holds by going through everything there is.
func naive(in Input) bool {
	for _, r := range in.Book.Rules {
		approvers, rejecters := map[string]bool{}, map[string]bool{}
		for i, name := range everybody {
			approved, rejected := naiveWord(in, &r, name, int64(i+1))
			excluded := r.ExcludeAuthor && name == in.Contributors.Author || r.ExcludeOthers && slices.Contains(in.Contributors.People, name)
			approvers[name], rejecters[name] = approved && !excluded, rejected
		}
		for _, g := range r.Require.Groups() {
			if slices.ContainsFunc(in.Book.Groups[g], func(p string) bool { return rejecters[p] }) {
				return false
			}
		}
		if !naiveTree(in.Book, []Require{r.Require}, approvers, r.DistinctPeople) {
			return false
		}
	}
	return true
}

// naiveWord is what somebody's newest act says; acts are drawn newest first.
func naiveWord(in Input, r *Rule, name string, account int64) (approved, rejected bool) {
	first, firstSigned, withdrawn, turned := true, true, false, false
	for _, a := range in.Acts {
		mine := a.Key == "key "+name || a.Key == "" && a.Account == account
		if !mine || a.Broken != "" || a.RevokedBefore || a.Target != "main" && a.Verdict == SaysApproved {
			continue
		}
		good := a.Verdict == SaysApproved && a.Head == "h1" && slices.Contains(a.Accepts, "a") && !a.Spent
		if first {
			approved = good && !r.Signed
			rejected = a.Verdict == SaysRejected
		}
		if first {
			withdrawn = a.Verdict == SaysWithdrawn
		}
		turned = turned || a.Key == "" && a.Verdict != SaysApproved // by a review after the newest statement
		if a.Key != "" && firstSigned {
			if r.Signed {
				approved = good && !turned
			}
			rejected = rejected || a.Verdict == SaysRejected
			firstSigned = false
		}
		first = false
	}
	return approved && !rejected && !withdrawn, rejected
}

// naiveTree tries every branch and everybody for every place.
func naiveTree(b *Book, open []Require, free map[string]bool, distinct bool) bool {
	if len(open) == 0 {
		return true
	}
	r, rest := open[0], open[1:]
	switch {
	case len(r.All) > 0:
		return naiveTree(b, slices.Concat(r.All, rest), free, distinct)
	case len(r.Any) > 0:
		return slices.ContainsFunc(r.Any, func(c Require) bool { return naiveTree(b, slices.Concat([]Require{c}, rest), free, distinct) })
	}
	var pick func(members []string, left int, used []string) bool
	pick = func(members []string, left int, used []string) bool {
		if left == 0 {
			less := map[string]bool{}
			for p, ok := range free {
				less[p] = ok && (!distinct || !slices.Contains(used, p))
			}
			return naiveTree(b, rest, less, distinct)
		}
		for i, p := range members {
			if free[p] && pick(members[i+1:], left-1, append(slices.Clone(used), p)) {
				return true
			}
		}
		return false
	}
	return pick(b.Groups[r.Group], r.Count, nil)
}

// TestSafetyAndLiveness: approved exactly where going through everything says so.
func TestSafetyAndLiveness(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		if v := Judge(in); (v.State == Approved) != naive(in) {
			t.Fatalf("judged %s, by brute force %v: %+v", v.State, naive(in), v)
		}
	})
}

// TestOrderDoesNotMatter: same bytes whatever the order of what is given.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		want := Judge(in)
		in.Acts = rapid.Permutation(in.Acts).Draw(t, "acts")
		in.Entries = rapid.Permutation(in.Entries).Draw(t, "entries")
		in.Proposals = rapid.Permutation(append(in.Proposals, in.Proposals...)).Draw(t, "proposals")
		book := *in.Book
		book.Rules = rapid.Permutation(book.Rules).Draw(t, "rules")
		in.Book = &book
		in.Acts = append(in.Acts, in.Acts...) // everything came twice
		if got := Judge(in); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order\n%+v\nwas\n%+v", got, want)
		}
	})
}

// TestMonotony: taking an approval away never approves; it may only uncover an
// older word of the same person, so each says one thing here.
func TestMonotony(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		seen := map[string]bool{}
		in.Acts = slices.DeleteFunc(in.Acts, func(a Act) bool {
			who, _ := in.Book.Speaker(a.Key, a.Account)
			twice := seen[who]
			seen[who] = true
			return twice
		})
		if Judge(in).State == Approved {
			return
		}
		for i, a := range in.Acts {
			less := in
			less.Acts = slices.Delete(slices.Clone(in.Acts), i, i+1)
			if a.Verdict != SaysRejected && Judge(less).State == Approved {
				t.Fatalf("without %+v it is approved", a)
			}
		}
	})
}

// TestUnblockUnblocks: whoever does what it says, the change is approved, and
// nothing less would do.
func TestUnblockUnblocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		v := Judge(in)
		if v.State == Approved || v.State == Error || len(v.Unblock) == 0 || !strings.HasSuffix(v.Unblock[len(v.Unblock)-1], "then it can merge") {
			return
		}
		in.Acts = slices.Clone(in.Acts)
		at := 1
		add := func(who, verdict string) {
			in.Acts = append(in.Acts, by(who, says(verdict, 0), func(a *Act) {
				a.Evidence, a.Accepts, a.Position, a.Serial = fmt.Sprint("more ", at), []string{"a"}, int64(1000+at), int64(1000+at)
			}))
			at++
		}
		for _, p := range v.Withdraw {
			add(p, SaysWithdrawn)
		}
		// Some of each need, at random: others than for the other needs of a rule.
		used := map[string][]string{}
		for _, n := range v.Needs {
			left := n.Count
			for _, p := range rapid.Permutation(n.People).Draw(t, "people") {
				taken := slices.ContainsFunc(n.Rules, func(r string) bool { return slices.Contains(used[r], p) })
				if left == 0 || taken && shares(in.Book, n.Rules) {
					continue
				}
				left--
				for _, r := range n.Rules {
					used[r] = append(used[r], p)
				}
			}
			if left > 0 {
				return // these people were taken for another need; others would do
			}
		}
		for _, p := range sortedSet(slices.Concat(valuesOf(used)...)) {
			add(p, SaysApproved)
		}
		if after := Judge(in); after.State != Approved {
			t.Fatalf("did %q, and it is %s: %+v", v.Unblock, after.State, after)
		}
	})
}

func shares(b *Book, rules []string) bool {
	return slices.ContainsFunc(rules, func(r string) bool { return b.Rule(r).DistinctPeople })
}

func valuesOf(m map[string][]string) [][]string {
	var out [][]string
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// TestR5EachFieldCounts: an approval with one field changed counts for nothing,
// and as it was it counts.
func TestR5EachFieldCounts(t *testing.T) {
	base := someInput(one("ops"))
	base.Findings[Minute(noon.Add(-time.Hour))] = []string{"a"}
	good := by("bob", func(a *Act) { a.Accepts = []string{"a"} })
	if v := Judge(base.with(good)); v.State != Approved {
		t.Fatalf("%+v", v)
	}
	for name, spoil := range spoiled {
		bad := good
		spoil(&bad)
		if v := Judge(base.with(bad)); v.State == Approved || len(v.Used) > 0 {
			t.Errorf("%s: %s, used %q", name, v.State, v.Used)
		}
	}
}

// TestOneKeyIsOnePerson (R7, E21): one key under two names stands for nobody.
func TestOneKeyIsOnePerson(t *testing.T) {
	in := someInput(rule("r", of("ops", 2))).with(by("bob"), review(2), by("bob", says(SaysApproved, 3)))
	in.Book.People["bob2"] = Person{Name: "bob2", Active: true, Account: 22, Keys: []string{"key bob2", "key bob"}}
	in.Book.Groups["ops"] = append(in.Book.Groups["ops"], "bob2")
	in = in.with(by("bob2"), review(22))
	v := Judge(in)
	if v.State != Pending || v.Tree.Have != 0 || len(v.Used) != 0 {
		t.Errorf("%s with %d: %v", v.State, v.Tree.Have, v.Used)
	}
	if slices.ContainsFunc(v.Needs, func(n Need) bool { return intersect(n.People, []string{"bob", "bob2"}) }) {
		t.Errorf("asks them: %+v", v.Needs)
	}
}
