package github_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what must be refused
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/github"
)

const secret = "0123456789abcdef0123456789abcdef"

func signed(kind func() hash.Hash, body []byte) string {
	mac := hmac.New(kind, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func delivery(body []byte, id string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hook", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Delivery", id)
	r.Header.Set("X-Hub-Signature-256", "sha256="+signed(sha256.New, body))
	return r
}

func hooks(t *testing.T, repository int64) *github.Hooks {
	t.Helper()
	h, err := github.NewHooks([]byte(secret), repository)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// R19: recorded deliveries of GitHub yield a number and nothing else.
func TestR19RecordedDeliveries(t *testing.T) {
	want := map[string]string{
		"pull_request-opened": "#2", "pull_request-synchronize": "#2",
		"pull_request_review-submitted": "#2", "issue_comment-created": "", "check_run-completed": "", "push": "",
	}
	files, err := filepath.Glob("testdata/webhooks/*.json")
	if err != nil || len(files) != len(want) {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		hint, err := hooks(t, 186853002).Parse(delivery(body, "1"))
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if err != nil || hint != want[name] {
			t.Errorf("%s: %q %v, wanted %q", name, hint, err, want[name])
		}
		if _, err := hooks(t, 5).Parse(delivery(body, "1")); err == nil && bytes.Contains(body, []byte(`"repository":{`)) {
			t.Errorf("%s: another repository's delivery was taken", name)
		}
	}
}

// F1, R19, E19: unsigned, SHA-1 only, too long, malformed: refused before
// anything is parsed.
func TestF1RefusedDeliveries(t *testing.T) {
	body := []byte(`{"repository":{"id":1},"pull_request":{"number":41}}`)
	for what, test := range map[string]struct {
		spoil func(r *http.Request)
		want  int
	}{
		"unsigned": {func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") }, 401},
		"SHA-1 only": {func(r *http.Request) {
			r.Header.Del("X-Hub-Signature-256")
			r.Header.Set("X-Hub-Signature", "sha1="+signed(sha1.New, body))
		}, 401},
		"SHA-1 in place":   {func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "sha1="+signed(sha1.New, body)) }, 401},
		"empty signature":  {func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "") }, 401},
		"short signature":  {func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "sha256="+signed(sha256.New, body)[:62]) }, 401},
		"two signatures":   {func(r *http.Request) { r.Header.Add("X-Hub-Signature-256", "sha256=00") }, 401},
		"wrong signature":  {func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64)) }, 401},
		"changed body":     {func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(string(body) + " ")) }, 401},
		"26 MB, announced": {func(r *http.Request) { r.ContentLength = 26 << 20; r.Body = io.NopCloser(iotestPanic{}) }, 413},
		"26 MB, chunked": {func(r *http.Request) {
			r.ContentLength, r.Body = -1, io.NopCloser(io.LimitReader(zeros{}, 26<<20))
		}, 413},
		"a form":             {func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, 415},
		"no type":            {func(r *http.Request) { r.Header.Del("Content-Type") }, 415},
		"no delivery id":     {func(r *http.Request) { r.Header.Del("X-GitHub-Delivery") }, 400},
		"a long delivery id": {func(r *http.Request) { r.Header.Set("X-GitHub-Delivery", strings.Repeat("x", 65)) }, 400},
		"GET":                {func(r *http.Request) { r.Method = http.MethodGet }, 405},
	} {
		r := delivery(body, "1")
		test.spoil(r)
		hint, err := hooks(t, 1).Parse(r)
		refused, ok := errors.AsType[*github.HookError](err)
		if !ok || refused.Status != test.want || hint != "" {
			t.Errorf("%s: %q, %v, wanted status %d", what, hint, err, test.want)
		}
	}
	for _, short := range []string{"", "x", secret[:31]} {
		if _, err := github.NewHooks([]byte(short), 1); err == nil {
			t.Errorf("a secret of %d bytes was taken", len(short))
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type iotestPanic struct{}

func (iotestPanic) Read([]byte) (int, error) { panic("the body was read") }

// F2: the same delivery twice is one hint, also under another delivery id, which
// nobody signs. What is remembered is bounded.
func TestF2Replays(t *testing.T) {
	h := hooks(t, 1)
	body := func(n int) []byte {
		return fmt.Appendf(nil, `{"repository":{"id":1},"pull_request":{"number":%d}}`, n)
	}
	if hint, err := h.Parse(delivery(body(2), "b")); hint != "#2" || err != nil {
		t.Fatal(hint, err)
	}
	if hint, err := h.Parse(delivery(body(1), "a")); hint != "#1" || err != nil { // in reverse order: each names what to look at
		t.Fatal(hint, err)
	}
	for _, id := range []string{"a", "c"} {
		if _, err := h.Parse(delivery(body(1), id)); !errors.Is(err, github.ErrRepeated) {
			t.Errorf("delivery %s again: %v", id, err)
		}
	}
	if _, err := h.Parse(delivery(body(3), "a")); !errors.Is(err, github.ErrRepeated) {
		t.Error("the id of another delivery was taken again")
	}
	for n := range 5000 {
		if _, err := h.Parse(delivery(body(10+n), fmt.Sprint("id", n))); err != nil {
			t.Fatal(err)
		}
	}
	if hint, err := h.Parse(delivery(body(1), "a")); hint != "#1" || err != nil {
		t.Errorf("after 5,000 others: %q, %v", hint, err)
	}
}

// F3: two spellings of one key, strange numbers: at worst a look at the wrong
// change.
func TestF3Hints(t *testing.T) {
	for body, want := range map[string]string{
		`{"repository":{"id":1},"pull_request":{"number":41,"NUMBER":42}}`:                 "#42",
		`{"repository":{"id":1},"pull_request":{"number":-1}}`:                             "",
		`{"repository":{"id":1},"pull_request":{"number":9223372036854775807}}`:            "",
		`{"repository":{"id":1},"issue":{"number":7}}`:                                     "",
		`{"repository":{"id":1},"issue":{"number":7,"pull_request":{"url":"x"}}}`:          "#7",
		`{"repository":{"id":1},"pull_request":{"number":41},"commit_id":1,"COMMIT_ID":2}`: "#41",
		`{}`: "",
	} {
		if hint, err := hooks(t, 1).Parse(delivery([]byte(body), "1")); err != nil || hint != want {
			t.Errorf("%s: %q, %v, wanted %q", body, hint, err, want)
		}
	}
}

func FuzzHook(f *testing.F) {
	f.Add([]byte(`{"repository":{"id":1},"pull_request":{"number":41}}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, body []byte) {
		hint, err := hooks(t, 1).Parse(delivery(body, "1"))
		if err == nil && hint != "" && (hint[0] != '#' || len(hint) > 11) {
			t.Errorf("%q", hint)
		}
	})
}
