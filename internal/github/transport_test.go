package github_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github"
	"github.com/patchops/patchops/internal/github/githubtest"
)

const readPath = "/repos/*/*/pulls/1"

// R65: what a server says about waiting is done, within patience; a longer wait
// is an error at once, and until then nothing more is asked.
func TestR65RateLimits(t *testing.T) {
	in := func(w *world, d time.Duration) http.Header {
		return http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {strconv.FormatInt(w.now.Add(d).Unix(), 10)}}
	}
	for what, test := range map[string]struct {
		fault func(w *world) githubtest.Fault
		want  error
		slept time.Duration
	}{
		"retry after": {func(*world) githubtest.Fault { return githubtest.Fault{Status: 429, Header: githubtest.Later(7)} }, nil, 7 * time.Second},
		"secondary, retry after": {func(*world) githubtest.Fault {
			return githubtest.Fault{Status: 403, Header: githubtest.Later(30), Body: `{"message":"You have exceeded a secondary rate limit."}`}
		}, nil, 30 * time.Second},
		"secondary, silent": {func(*world) githubtest.Fault {
			return githubtest.Fault{Status: 403, Body: `{"message":"You have exceeded a secondary rate limit."}`}
		}, nil, time.Minute},
		"a date": {func(w *world) githubtest.Fault {
			return githubtest.Fault{Status: 429, Header: http.Header{"Retry-After": {w.now.Add(9 * time.Second).Format(http.TimeFormat)}}}
		}, nil, 9 * time.Second},
		"primary":       {func(w *world) githubtest.Fault { return githubtest.Fault{Status: 403, Header: in(w, 20*time.Second)} }, nil, 21 * time.Second},
		"primary, long": {func(w *world) githubtest.Fault { return githubtest.Fault{Status: 403, Header: in(w, 40*time.Minute)} }, change.ErrRemote, 0},
		"absurd":        {func(*world) githubtest.Fault { return githubtest.Fault{Status: 429, Header: githubtest.Later(1 << 40)} }, change.ErrRemote, 0},
		"nonsense": {func(*world) githubtest.Fault {
			return githubtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"-5"}}}
		}, nil, time.Second},
		"plain 403":    {func(*world) githubtest.Fault { return githubtest.Fault{Status: 403} }, change.ErrDenied, 0},
		"server error": {func(*world) githubtest.Fault { return githubtest.Fault{Status: 502} }, nil, time.Second},
		"unavailable":  {func(*world) githubtest.Fault { return githubtest.Fault{Status: 503, Header: githubtest.Later(11)} }, nil, 11 * time.Second},
	} {
		w := start(t)
		w.propose("feature")
		c := w.client()
		fault := test.fault(w)
		fault.Path, fault.Times = readPath, 1
		w.forge.Fault(fault)
		w.slept = nil
		_, err := c.Read(t.Context(), "#1")
		var slept time.Duration
		for _, d := range w.slept {
			slept += d
		}
		if !errors.Is(err, test.want) || slept != test.slept {
			t.Errorf("%s: %v after %v, wanted %v after %v", what, err, slept, test.want, test.slept)
		}
		if errors.Is(test.want, change.ErrRemote) {
			before := len(w.forge.Requests())
			if _, err := c.Open(t.Context()); !errors.Is(err, change.ErrRemote) || len(w.forge.Requests()) != before {
				t.Errorf("%s: asked again before the time: %v", what, err)
			}
			w.now = w.now.Add(2 * time.Hour)
			if _, err := c.Open(t.Context()); err != nil {
				t.Errorf("%s: afterwards: %v", what, err)
			}
		}
	}
}

// A forge that stays down is asked five times with growing pauses, then is an
// error that a later try may get past. What writes is asked once.
func TestRepeats(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	c := w.client()
	w.forge.Fault(githubtest.Fault{Status: 500})
	w.forge.Forget()
	if _, err := c.Read(t.Context(), "#1"); !errors.Is(err, change.ErrRemote) || fmt.Sprint(w.slept) != "[1s 2s 4s 8s]" || len(w.forge.Requests()) != 5 {
		t.Error(err, w.slept, w.forge.Requests())
	}
	w.forge.Heal()
	w.forge.Forget()
	w.now = w.now.Add(time.Hour)
	w.forge.Fault(githubtest.Fault{Method: "POST", Status: 500, After: true})
	for range 3 {
		if err := c.Show(t.Context(), "#1", change.Presentation{Head: pr.Head, Comment: "x"}); !errors.Is(err, change.ErrRemote) {
			t.Log(err)
		}
	}
	if n := w.asked("POST"); n != 1 || len(w.forge.Comments(1)) != 1 {
		t.Errorf("%d posts and %d comments, wanted one", n, len(w.forge.Comments(1)))
	}
}

// R37: no request, and no token, goes to another host, whatever the forge says.
func TestR37Redirects(t *testing.T) {
	stolen := 0
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		stolen++
		_, _ = io.WriteString(w, `{"id":4711,"full_name":"acme/plans"}`)
	}))
	defer thief.Close()
	w := start(t)
	w.propose("feature")
	c := w.client()
	for _, to := range []string{thief.URL + "/api/v3/repositories/4711", "//evil.example/x", w.forge.API() + "/user", "http://user:pw@127.0.0.1/"} {
		w.forge.Heal()
		w.forge.Fault(githubtest.Fault{Path: "/repos/*/*", Status: 301, Header: http.Header{"Location": {to}}})
		w.forge.Fault(githubtest.Fault{Path: readPath, Status: 307, Header: http.Header{"Location": {to}}})
		if _, err := github.New(t.Context(), w.options()); err == nil {
			t.Errorf("%s: followed", to)
		}
		if _, err := c.Read(t.Context(), "#1"); err == nil {
			t.Errorf("%s: followed", to)
		}
	}
	if stolen > 0 {
		t.Errorf("%d requests reached another host", stolen)
	}
}

// R54: errors name neither URL nor token nor what stands in a URL.
func TestR54ErrorsHoldNoSecrets(t *testing.T) {
	w := start(t)
	for _, api := range []string{
		"https://ada:s3cret@ghe.example.com", "https://ada:s3cret@%zz/", "https://ghe.example.com/?token=s3cret", "https://ghe.example.com/#s3cret",
		"http://ghe.example.com/s3cret", "ftp://s3cret@x/", "-oProxyCommand=s3cret", "https://-s3cret.example/", "https:///api/s3cret",
	} {
		options := w.options()
		options.API = api
		_, err := github.New(t.Context(), options)
		if err == nil || strings.Contains(err.Error(), "s3cret") && !strings.Contains(api, "-s3cret") {
			t.Errorf("%s: %v", api, err)
		}
	}
	w.propose("feature")
	c := w.client()
	w.forge.Fault(githubtest.Fault{Status: 422, Body: `{"message":"bad\u001b[31m thing\r\nwith lines ` + strings.Repeat("x", 5000) + `"}`})
	_, err := c.Open(t.Context())
	if err == nil || len(err.Error()) > 600 || strings.ContainsAny(err.Error(), "\x1b\r\n") || strings.Contains(err.Error(), "per_page") || strings.Contains(err.Error(), githubtest.Token) {
		t.Errorf("%q", err)
	}
	w.forge.Close()
	if _, err := c.Open(t.Context()); !errors.Is(err, change.ErrRemote) || strings.Contains(err.Error(), "per_page") {
		t.Errorf("%v", err)
	}
}

// An answer without end is given up at its limit.
func TestAnswerWithoutEnd(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 40 << 10 {
			if _, err := w.Write(make([]byte, 1024)); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	w := start(t)
	options := w.options()
	options.API = server.URL
	if _, err := github.New(t.Context(), options); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Error(err)
	}
}

// An Enterprise server is named by its host or by its API.
func TestEnterpriseURLs(t *testing.T) {
	for api, want := range map[string]string{
		"":                                  "https://api.github.com/repos/acme/plans",
		"https://api.github.com":            "https://api.github.com/repos/acme/plans",
		"https://ghe.example.com":           "https://ghe.example.com/api/v3/repos/acme/plans",
		"https://ghe.example.com/api/v3/":   "https://ghe.example.com/api/v3/repos/acme/plans",
		"https://api.acme.ghe.com":          "https://api.acme.ghe.com/repos/acme/plans",
		"http://127.0.0.1:8080/api/v3":      "http://127.0.0.1:8080/api/v3/repos/acme/plans",
		"https://proxy.example.com/github/": "https://proxy.example.com/github/repos/acme/plans",
	} {
		got := ""
		_, err := github.New(t.Context(), github.Options{
			API: api, Repository: "acme/plans", ID: 1, Target: "main", Token: "t", Now: time.Now,
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				got = r.URL.String()
				return nil, context.Canceled
			}),
			Sleep: func(context.Context, time.Duration) error { return context.Canceled },
		})
		if err == nil || got != want {
			t.Errorf("%q: %s, wanted %s (%v)", api, got, want, err)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What did not change is confirmed, not sent again: that costs nothing of the
// rate limit. What changed is seen at once.
func TestUnchanged(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.reviews(101)
	c := w.client()
	read := func() int {
		t.Helper()
		got, err := c.Reviews(t.Context(), "#1")
		if err != nil {
			t.Fatal(err)
		}
		return len(got)
	}
	first, second := read(), read()
	if first != 101 || second != 101 || w.forge.Unchanged() != 4 { // the proof of the first reading, too
		t.Errorf("%d and %d reviews, %d answers were confirmations, wanted 4", first, second, w.forge.Unchanged())
	}
	w.reviews(1)
	if read() != 102 {
		t.Error("the new review was not seen")
	}
}
