package github_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github"
	"github.com/patchops/patchops/internal/github/githubtest"
)

// asApp are the options of an app that has enough rights.
func (w *world) asApp() github.Options {
	key, text := appKey(w.T)
	w.forge.App(&key.PublicKey, enough)
	options := w.options()
	options.Token, options.AppAuth, options.Key = "", githubtest.AppID, text
	return options
}

// An app finds its installation on a repository that was renamed: when it starts with
// the root's name, and when its token is renewed before the repository is looked at.
func TestAnAppFollowsARename(t *testing.T) {
	w := start(t)
	w.propose("feature")
	options := w.asApp()
	early := w.connect(options)
	w.forge.Rename("acme-international/patch-plans")
	w.now = w.now.Add(2 * time.Hour)
	for what, c := range map[string]func() (*github.Client, error){
		"started after":  func() (*github.Client, error) { return github.New(t.Context(), options) },
		"started before": func() (*github.Client, error) { return early, nil },
	} {
		client, err := c()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if open, err := client.Open(t.Context()); err != nil || len(open) != 1 {
			t.Errorf("%s: %v %v", what, open, err)
		}
	}
}

// A token of an app may end before its time (its rights were changed, it was suspended
// for a while, clocks differ): a new one is got, once, and the request is sent again,
// since GitHub did not do it.
func TestATokenThatEndsEarlyIsRenewed(t *testing.T) {
	w := start(t)
	judged := w.propose("feature")
	c := w.connect(w.asApp())
	w.forge.EndTokens()
	if open, err := c.Open(t.Context()); err != nil || len(open) != 1 {
		t.Errorf("%v %v", open, err)
	}
	w.forge.EndTokens()
	if err := c.Show(t.Context(), "#1", change.Presentation{Head: judged.Head, Comment: "x"}); err != nil || len(w.forge.Comments(1)) != 1 {
		t.Errorf("%v, %d comments", err, len(w.forge.Comments(1)))
	}
	w.forge.Fault(githubtest.Fault{Method: "PUT", Times: 1, Before: w.forge.EndTokens})
	if _, err := c.Merge(t.Context(), judged, change.MergeRequest{Head: judged.Head}); err != nil {
		t.Error(err)
	}
	w.forge.Forget()
	w.forge.Fault(githubtest.Fault{Path: readPath, Status: http.StatusUnauthorized})
	if _, err := c.Read(t.Context(), "#1"); !errors.Is(err, change.ErrDenied) || w.asked(" /repos/acme/plans/pulls/1") != 2 {
		t.Errorf("%v, %q", err, w.forge.Requests())
	}
}

// What is kept of a list is not believed where the list does not add up: a page that is
// confirmed as unchanged may have had other links when it was sent.
func TestAKeptPageWithOldLinks(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.reviews(150)
	const path = "/repos/*/*/pulls/1/reviews"
	first := ""
	options := w.options()
	options.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err == nil && first == "" && strings.HasSuffix(r.URL.Path, "/reviews") {
			b, _ := io.ReadAll(resp.Body)
			first, resp.Body = string(b), io.NopCloser(bytes.NewReader(b))
		}
		return resp, err
	})
	c := w.connect(options)
	if got, err := c.Reviews(t.Context(), "#1"); err != nil || len(got) != 150 {
		t.Fatal(len(got), err)
	}
	w.forge.Fault(githubtest.Fault{Path: path, Times: 1, Status: http.StatusOK, Header: http.Header{
		"Etag": {`"kept"`}, "Link": {fmt.Sprintf(`<%s/x?page=2>; rel="next", <%[1]s/x?page=3>; rel="last"`, w.forge.API())},
	}, Body: first})
	w.forge.Fault(githubtest.Fault{Path: path, Known: `"kept"`, Status: http.StatusNotModified})
	if got, err := c.Reviews(t.Context(), "#1"); err != nil || len(got) != 150 {
		t.Errorf("%d reviews, %v", len(got), err)
	}
}

// The links of an Enterprise server lead to it, however its address is written.
func TestLinksToTheSameHost(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.reviews(130)
	options := w.options()
	api, err := url.Parse(w.forge.API())
	if err != nil {
		t.Fatal(err)
	}
	options.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		sent := r.Clone(r.Context())
		sent.URL.Scheme, sent.URL.Host, sent.Host = api.Scheme, api.Host, ""
		resp, err := http.DefaultTransport.RoundTrip(sent)
		if err == nil && resp.Header.Get("Link") != "" {
			resp.Header.Set("Link", `<https://ghe.example.com/api/v3/x?page=2>; rel="next"`)
			if r.URL.Query().Get("page") == "2" {
				resp.Header.Del("Link")
			}
		}
		return resp, err
	})
	for _, name := range []string{"https://ghe.example.com", "https://GHE.Example.com/", "https://ghe.example.com:443/api/v3"} {
		options.API = name
		if got, err := w.connect(options).Reviews(t.Context(), "#1"); err != nil || len(got) != 130 {
			t.Errorf("%s: %d reviews, %v", name, len(got), err)
		}
	}
}

// What a server says about waiting holds for an hour at most, also where the clock is
// set back meanwhile.
func TestAClockThatIsSetBackWaitsNoLonger(t *testing.T) {
	w := start(t)
	w.propose("feature")
	c := w.client()
	w.forge.Fault(githubtest.Fault{Path: readPath, Times: 1, Status: http.StatusTooManyRequests, Header: githubtest.Later(600)})
	if _, err := c.Read(t.Context(), "#1"); !errors.Is(err, change.ErrRemote) {
		t.Fatal(err)
	}
	w.now = w.now.Add(-24 * time.Hour)
	if _, err := c.Read(t.Context(), "#1"); err != nil {
		t.Error(err)
	}
}

// Several talks with Git at once share the token of the app.
func TestOneTokenForAllOfGit(t *testing.T) {
	w := start(t)
	credential := github.Credential(w.asApp())
	w.forge.Forget()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if token, err := credential(t.Context()); err != nil || !strings.HasPrefix(token, "ghs_") {
				t.Error(token, err)
			}
		})
	}
	all.Wait()
	if n := w.asked("access_tokens"); n != 1 {
		t.Errorf("%d tokens, wanted 1", n)
	}
}
