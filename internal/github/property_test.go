package github_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github"
)

// flaw is what goes wrong with some of the answers to one list.
type flaw struct {
	kind        string
	skip, times int // times 0: all
}

// flaws that a client can see through. (A page that lacks an item, with all links
// and counts as they should be, is not to be told from the truth: that takes
// signed statements.)
var flaws = []string{"empty", "repeat", "null", "object", "404", "500", "no link", "other link", "cut off", "429"}

// lister is a forge of one list: n reviews.
type lister struct {
	n     int
	flaws []flaw
	now   time.Time
}

func (l *lister) RoundTrip(r *http.Request) (*http.Response, error) {
	header := http.Header{}
	code, body := 200, []byte(`{"id":1,"full_name":"a/b"}`)
	if r.URL.Path != "/repos/a/b" {
		code, body = l.page(r, header)
	}
	return &http.Response{StatusCode: code, Header: header, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
}

func (l *lister) page(r *http.Request, header http.Header) (int, []byte) {
	page := 1
	_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
	var items []map[string]any
	for i := (page - 1) * 100; i < min(page*100, l.n); i++ {
		items = append(items, map[string]any{
			"id": 1000 + i, "user": map[string]any{"id": 1 + i%7}, "state": "APPROVED", "commit_id": nowhere, "submitted_at": "2026-01-01T00:00:00Z",
			"event": "mentioned", "created_at": "2025-12-31T00:00:00Z",
		})
	}
	if page*100 < l.n {
		header.Set("Link", fmt.Sprintf(`<https://api.github.com%s?page=%d>; rel="next", <https://api.github.com/x?page=%d>; rel="last"`, r.URL.Path, page+1, (l.n+99)/100))
	}
	for i := range l.flaws {
		f := &l.flaws[i]
		if f.skip > 0 {
			f.skip--
			continue
		}
		if f.times == 1 {
			f.skip = 1 << 30
		}
		f.times = max(f.times-1, 0)
		return f.spoil(page, items, header)
	}
	return 200, encoded(items)
}

func encoded(items []map[string]any) []byte {
	b, _ := json.Marshal(append([]map[string]any{}, items...))
	return b
}

func (f *flaw) spoil(page int, items []map[string]any, header http.Header) (int, []byte) {
	switch f.kind {
	case "empty":
		if page > 1 { // of a first page nobody can tell
			return 200, []byte("[]")
		}
	case "repeat":
		if len(items) > 0 {
			items = append(items, items[0])
		}
	case "null":
		return 200, []byte("null")
	case "object":
		return 200, []byte(`{"message":"hello"}`)
	case "404", "500":
		return map[string]int{"404": 404, "500": 500}[f.kind], nil
	case "no link":
		header.Del("Link")
	case "other link":
		header.Set("Link", `<https://evil.example/?page=2>; rel="next"`)
	case "cut off":
		return 200, encoded(items)[:len(encoded(items))-1]
	case "429":
		header.Set("Retry-After", "20")
		return 429, nil
	}
	return 200, encoded(items)
}

func (l *lister) client(ctx context.Context, t interface{ Fatal(...any) }) *github.Client {
	c, err := github.New(ctx, github.Options{
		Repository: "a/b", ID: 1, Target: "main", Token: "t", Transport: l, Now: func() time.Time { return l.now },
		Sleep: func(_ context.Context, d time.Duration) error { l.now = l.now.Add(d); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Whatever goes wrong once or always with a list: what comes of it is the truth
// or an error (safety); what goes wrong once with the connection, and what never
// goes wrong, does no harm (liveness).
func TestListsAreTrueOrErrors(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := &lister{n: rapid.SampledFrom([]int{0, 1, 99, 100, 101, 199, 200, 201, 350}).Draw(rt, "n"), now: time.Unix(1, 0)}
		for range rapid.IntRange(0, 3).Draw(rt, "flaws") {
			l.flaws = append(l.flaws, flaw{
				rapid.SampledFrom(flaws).Draw(rt, "kind"), rapid.IntRange(0, 5).Draw(rt, "skip"), rapid.IntRange(0, 3).Draw(rt, "times"),
			})
		}
		harmless := len(l.flaws) == 0 || len(l.flaws) == 1 && l.flaws[0].times == 1 && slices.Contains([]string{"500", "429"}, l.flaws[0].kind)
		got, err := l.client(t.Context(), rt).Reviews(t.Context(), "#1")
		if err != nil {
			if harmless {
				rt.Fatalf("nothing that matters went wrong: %v", err)
			}
			return
		}
		if len(got) != l.n && !l.lacksLinks() {
			rt.Fatalf("%d reviews without an error, wanted %d", len(got), l.n)
		}
		for i := range got {
			if got[i].ID != int64(1000+i) || got[i].Account != int64(1+i%7) {
				rt.Fatalf("review %d is %+v", i, got[i])
			}
		}
	})
}

// lacksLinks reports whether a page may be empty that nothing says is there: a list that ends
// too early is not to be told from the truth then. What is before its end is.
func (l *lister) lacksLinks() bool {
	has := func(kind string) bool {
		return slices.ContainsFunc(l.flaws, func(f flaw) bool { return f.kind == kind })
	}
	return has("no link") && has("empty")
}

// FuzzAnswer gives one answer to everything: no panic, and nothing merged that
// has no commit.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"id":1,"full_name":"a/b","number":1,"state":"open","head":{"sha":"`+nowhere+`","ref":"x","repo":{"id":1,"full_name":"a/b"}},`+
		`"base":{"ref":"main","sha":"`+nowhere+`","repo":{"id":1}},"total_commits":0,"commits":[],"total_count":0,"check_runs":[],"statuses":[],"sha":"`+nowhere+`","merged":true}`), 200)
	f.Add([]byte(`[{"id":1}]`), 200)
	f.Add([]byte(`null`), 405)
	f.Add([]byte(`{"message":"try again later"}`), 405)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		if status < 200 || status > 599 {
			return
		}
		now := time.Unix(1, 0)
		c, err := github.New(t.Context(), github.Options{
			Repository: "a/b", ID: 1, Bot: 1, App: 1, Target: "main", Token: "t", Write: true, Now: func() time.Time { return now },
			Sleep: func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil },
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				answer, code := body, status
				if r.URL.Path == "/repos/a/b" {
					answer, code = []byte(`{"id":1,"full_name":"a/b"}`), 200
				}
				return &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(answer)), Request: r}, nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		_, _ = c.Open(ctx)
		pr, err := c.Read(ctx, "#1")
		if err != nil {
			pr = change.Change{Name: "#1", Head: nowhere, Target: "main", Branch: "x", HeadRepo: 1}
		}
		_, _ = c.Reviews(ctx, "#1")
		_, _, _ = c.Pushers(ctx, pr)
		_, _ = c.Required(ctx, pr)
		_ = c.Show(ctx, "#1", change.Presentation{Head: pr.Head, Comment: "x", Checks: []change.Check{policy(1)}})
		merged, err := c.Merge(ctx, pr, change.MergeRequest{Head: pr.Head})
		if err == nil && len(merged.Commit) != 40 && len(merged.Commit) != 64 {
			t.Fatalf("merged as %q", merged.Commit)
		}
	})
}
