package github_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github/githubtest"
)

// reviews leaves n of them.
func (w *world) reviews(n int) {
	w.Helper()
	for i := range n {
		if _, err := w.forge.Review(1, int64(200+i), "COMMENTED"); err != nil {
			w.Fatal(err)
		}
	}
}

// R17: one page more, one item more or less than a page.
func TestR17EveryReviewOfEveryPage(t *testing.T) {
	w := start(t)
	w.propose("feature")
	had := 0
	for _, n := range []int{0, 1, 99, 100, 101, 200, 250} {
		w.reviews(n - had)
		had = n
		got, err := w.client().Reviews(t.Context(), "#1")
		if err != nil || len(got) != n {
			t.Errorf("%d reviews: %d, %v", n, len(got), err)
		}
	}
}

// A14, R17: a page of reviews that is lost is never a shorter list.
func TestA14LostPageOfReviews(t *testing.T) {
	const path = "/repos/*/*/pulls/1/reviews"
	shuffled := func(truth any) any {
		l := truth.([]any)
		return append([]any{l[1]}, l[:len(l)-1]...)
	}
	w := start(t)
	w.propose("feature")
	w.reviews(250)
	c := w.client()
	for what, fault := range map[string]githubtest.Fault{
		"page 2 is empty":            {Path: path, Query: "page=2&", Lie: githubtest.Empty},
		"page 3 is empty":            {Path: path, Query: "page=3&", Lie: githubtest.Empty},
		"page 2 fails":               {Path: path, Query: "page=2&", Status: 500},
		"page 2 is gone":             {Path: path, Query: "page=2&", Status: 404},
		"page 2 is no list":          {Path: path, Query: "page=2&", Status: 200, Body: `{}`},
		"page 2 is null":             {Path: path, Query: "page=2&", Status: 200, Body: `null`},
		"page 2 breaks off":          {Path: path, Query: "page=2&", Status: 200, Body: `[{"id":`},
		"page 2 repeats":             {Path: path, Query: "page=2&", Lie: shuffled},
		"the first link leads away":  {Path: path, Header: http.Header{"Link": {`<https://evil.example/x?page=2>; rel="next"`}}},
		"the first link has no page": {Path: path, Header: http.Header{"Link": {`<` + "%s" + `/repos/acme/plans/pulls/1/reviews>; rel="next"`}}},
	} {
		w.forge.Heal()
		for name := range fault.Header {
			fault.Header[name][0] = fmt.Sprintf(fault.Header[name][0]+"%.0s", w.forge.API())
		}
		w.forge.Fault(fault)
		got, err := c.Reviews(t.Context(), "#1")
		if err == nil || !errors.Is(err, change.ErrRemote) && !errors.Is(err, change.ErrNoChange) {
			t.Errorf("%s: %d reviews, %v", what, len(got), err)
		}
	}
}

// A full page that claims to be the last is asked for the next one.
func TestR17LinkHeaderLost(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.reviews(130)
	w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/pulls/1/reviews", Header: http.Header{"Link": {""}}})
	got, err := w.client().Reviews(t.Context(), "#1")
	if err != nil || len(got) != 130 {
		t.Errorf("%d reviews, %v", len(got), err)
	}
}

// A list that moves while it is read is read again.
func TestListThatMoves(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.reviews(150)
	const path = "/repos/*/*/pulls/1/reviews"
	drop := func(truth any) any { return truth.([]any)[1:] }
	w.forge.Fault(githubtest.Fault{Path: path, Query: "page=2&", Times: 1, Before: func() {
		w.forge.Fault(githubtest.Fault{Path: path, Times: 1, Lie: drop}) // the proof that nothing moved sees another first page
	}})
	c := w.client()
	got, err := c.Reviews(t.Context(), "#1")
	if err != nil || len(got) != 150 {
		t.Fatal(len(got), err)
	}
	if asked := w.asked("/reviews"); asked != 6 {
		t.Errorf("%d requests, wanted 6: two readings of two pages and a proof", asked)
	}
}

// The cap of a list is named, and nothing is returned.
func TestA14CapIsNamed(t *testing.T) {
	w := start(t)
	w.propose("feature")
	n := 0
	w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/pulls/1/reviews", Lie: func(any) any {
		var page []any
		for range 100 {
			n++
			page = append(page, map[string]any{"id": n})
		}
		return page
	}})
	got, err := w.client().Reviews(t.Context(), "#1")
	if got != nil || !errors.Is(err, change.ErrDenied) || err.Error() !=
		"github: GET /repos/acme/plans/pulls/1/reviews has more than 10000 items, the cap of one list: the forge refuses" {
		t.Errorf("%d reviews, %v", len(got), err)
	}
}

// A14: 251 commits, of whom the forge would show 250 with a pull request: all
// authors are known, from the comparison.
func TestA14CommitsBeyondTheLimit(t *testing.T) {
	w := start(t)
	w.chain("long", "eve", 251)
	if _, err := w.forge.Open(githubtest.Pull{Branch: "long", Author: ada}); err != nil {
		t.Fatal(err)
	}
	c := w.client()
	accounts, known, err := c.Pushers(t.Context(), w.first())
	if err != nil || !known || fmt.Sprint(accounts) != "[101 103]" {
		t.Fatal(accounts, known, err)
	}
	w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/compare/*", Query: "page=3&", Lie: func(truth any) any {
		o := truth.(map[string]any)
		o["commits"] = o["commits"].([]any)[:50]
		return o
	}})
	if _, _, err := c.Pushers(t.Context(), w.first()); !errors.Is(err, change.ErrRemote) {
		t.Errorf("one commit held back: %v", err)
	}
}
