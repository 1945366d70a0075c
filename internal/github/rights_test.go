package github_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github"
	"github.com/patchops/patchops/internal/github/githubtest"
)

// R55: wider rights than merging needs refuse to start.
func TestR55RightsOfTokens(t *testing.T) {
	for _, test := range []struct {
		role, scopes string
		fine         bool
	}{
		{"write", "", true},
		{"write", "repo, workflow, read:org", true},
		{"admin", "", false},
		{"maintain", "", false},
		{"write", "repo, admin:org", false},
		{"write", "repo,delete_repo", false},
		{"write", "admin:repo_hook", false},
		{"write", "write:packages", false},
	} {
		w := start(t)
		w.forge.Role(test.role, test.scopes)
		_, err := github.New(t.Context(), w.options())
		if (err == nil) != test.fine || err != nil && !errors.Is(err, change.ErrDenied) {
			t.Errorf("%s %q: %v", test.role, test.scopes, err)
		}
	}
}

func appKey(t *testing.T) (*rsa.PrivateKey, []byte) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

var enough = map[string]string{"metadata": "read", "contents": "write", "pull_requests": "write", "checks": "write", "statuses": "read"}

func with(m map[string]string, name, level string) map[string]string {
	out := map[string]string{name: level}
	for n, l := range m {
		if n != name {
			out[n] = l
		}
	}
	return out
}

// R55: an app with administration, or with more than it needs, refuses to start.
func TestR55RightsOfApps(t *testing.T) {
	key, text := appKey(t)
	w := start(t)
	for what, test := range map[string]struct {
		granted map[string]string
		fine    bool
	}{
		"enough":         {enough, true},
		"workflows":      {with(enough, "workflows", "write"), true},
		"administration": {with(enough, "administration", "read"), false},
		"secrets":        {with(enough, "secrets", "read"), false},
		"statuses":       {with(enough, "statuses", "write"), false},
		"members":        {with(enough, "members", "write"), false},
		"too little":     {with(enough, "checks", "read"), false},
	} {
		w.forge.App(&key.PublicKey, test.granted)
		options := w.options()
		options.Token, options.AppAuth, options.Key = "", githubtest.AppID, text
		_, err := github.New(t.Context(), options)
		if (err == nil) != test.fine {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// R55: tokens are for an hour and this repository, asked for with few rights, and
// renewed before they end.
func TestR55AppToken(t *testing.T) {
	key, text := appKey(t)
	w := start(t)
	w.forge.App(&key.PublicKey, enough)
	options := w.options()
	options.Token, options.AppAuth, options.Key, options.Bot = "", githubtest.AppID, text, 0
	c := w.connect(options)
	for range 5 {
		if _, err := c.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(25 * time.Minute)
	}
	if n := w.asked("access_tokens"); n != 2 {
		t.Errorf("%d tokens in 100 minutes, wanted 2", n)
	}
	id, err := github.Identify(t.Context(), options)
	if want := (github.Identity{Repository: "acme/plans", ID: githubtest.ID, App: githubtest.AppID, Bot: githubtest.BotID}); err != nil || id != want {
		t.Errorf("%+v, %v", id, err)
	}
	for what, lie := range map[string]func(map[string]any){
		"other repositories": func(o map[string]any) { o["repositories"] = append(o["repositories"].([]any), map[string]any{"id": 5}) },
		"wider rights":       func(o map[string]any) { o["permissions"] = map[string]any{"administration": "write"} },
		"lives for a day":    func(o map[string]any) { o["expires_at"] = w.now.Add(24 * time.Hour) },
		"over":               func(o map[string]any) { o["expires_at"] = w.now.Add(-time.Second) },
		"no token":           func(o map[string]any) { delete(o, "token") },
	} {
		w.forge.Heal()
		w.forge.Fault(githubtest.Fault{Path: "/app/installations/*/access_tokens", Lie: func(truth any) any {
			lie(truth.(map[string]any))
			return truth
		}})
		if _, err := github.New(t.Context(), options); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}

func TestBadCredentials(t *testing.T) {
	_, text := appKey(t)
	small, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // too small on purpose
	if err != nil {
		t.Fatal(err)
	}
	w := start(t)
	for what, spoil := range map[string]func(o *github.Options){
		"no token":       func(o *github.Options) { o.Token = "" },
		"token of lines": func(o *github.Options) { o.Token = "a\nb" },
		"wrong token":    func(o *github.Options) { o.Token = "ghp_wrong" },
		"token and app":  func(o *github.Options) { o.AppAuth, o.Key = 1, text },
		"key is no PEM":  func(o *github.Options) { o.Token, o.AppAuth, o.Key = "", 1, []byte("key") },
		"small key": func(o *github.Options) {
			o.Token, o.AppAuth, o.Key = "", 1, pem.EncodeToMemory(&pem.Block{Bytes: x509.MarshalPKCS1PrivateKey(small)})
		},
		"app's wrong key":   func(o *github.Options) { o.Token, o.AppAuth, o.Key = "", githubtest.AppID, text },
		"no id in the root": func(o *github.Options) { o.ID = 0 },
		"another id":        func(o *github.Options) { o.ID = 5 },
		"another name":      func(o *github.Options) { o.Repository = "acme/other" },
		"no name":           func(o *github.Options) { o.Repository = "acme" },
		"a path":            func(o *github.Options) { o.Repository = "../../user" },
		"a query":           func(o *github.Options) { o.Repository = "acme/plans?x" },
	} {
		options := w.options()
		spoil(&options)
		_, err := github.New(t.Context(), options)
		if err == nil {
			t.Errorf("%s: accepted", what)
		} else if strings.Contains(err.Error(), "ghp_wrong") {
			t.Errorf("%s: the token is in %v", what, err)
		}
	}
}

// A repository that was renamed is followed if it has the root's id; another one
// that took the name is not.
func TestRenamed(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.forge.Rename("acme-international/patch-plans")
	c := w.client()
	if open, err := c.Open(t.Context()); err != nil || len(open) != 1 || w.asked("/repos/acme-international/patch-plans/pulls") == 0 {
		t.Fatal(open, err, w.forge.Requests())
	}
	w.forge.Fault(githubtest.Fault{Path: "/repositories/4711", Status: 200, Body: `{"id":5,"full_name":"evil/plans"}`})
	if _, err := github.New(t.Context(), w.options()); !errors.Is(err, change.ErrDenied) {
		t.Error(err)
	}
}
