package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/patchops/patchops/internal/change"
)

const (
	attempts = 5
	longest  = 32 << 20 // bytes of an answer; a page of a hundred check runs may have 13 MB
	oneTry   = 30 * time.Second
	farthest = time.Hour // what a server may ask us to wait, at most
)

// transport speaks to one host only. It adds the credential, bounds time and
// size, obeys rate limits and repeats what may be repeated.
type transport struct {
	base      http.RoundTripper
	origin    *url.URL
	authorise func(context.Context) (string, error)
	forget    func() bool // the credential, where another one can be got; nil: none can
	now       func() time.Time
	sleep     func(context.Context, time.Duration) error
	patience  time.Duration

	mu    sync.Mutex
	until time.Time // the forge wants no request before
	kept  map[string]kept
	size  int // of kept, in bytes
}

func newTransport(o Options, base *url.URL) *transport {
	t := &transport{base: o.Transport, origin: base, now: o.Now, sleep: o.Sleep, patience: o.Patience}
	if t.base == nil {
		t.base = http.DefaultTransport
	}
	if t.sleep == nil {
		t.sleep = sleep
	}
	if t.patience == 0 {
		t.patience = time.Minute
	}
	return t
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// redirect follows only a renamed repository, within the host: its answer says
// which id it has. So does the app's installation there: its token is for that id.
func (t *transport) redirect(req *http.Request, via []*http.Request) error {
	from, installation := strings.CutSuffix(via[0].URL.Path[len(t.origin.Path):], "/installation")
	moved := strings.HasPrefix(req.URL.Path, t.origin.Path+"repositories/") && strings.Count(from, "/") == 2 &&
		strings.HasSuffix(req.URL.Path, "/installation") == installation
	if !t.ours(req.URL) || !moved || req.Method != http.MethodGet || len(via) > 2 {
		return http.ErrUseLastResponse
	}
	return nil
}

func (t *transport) ours(u *url.URL) bool {
	return u.Scheme == t.origin.Scheme && hostOf(u) == t.origin.Host && u.User == nil && strings.HasPrefix(u.Path, t.origin.Path)
}

// hostOf is a URL's host as it is compared: in lower case, and without the port that
// its scheme has anyway.
func hostOf(u *url.URL) string {
	own := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	return strings.TrimSuffix(strings.ToLower(u.Host), own)
}

// RoundTrip sends a request until the answer is one to hand on.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.ours(req.URL) {
		return nil, fmt.Errorf("a request for another host than %s: %w", t.origin.Host, change.ErrDenied)
	}
	var waited time.Duration
	renewed := false
	for try := 0; ; try++ {
		if err := t.wait(req.Context(), &waited); err != nil {
			return nil, err
		}
		resp, err := t.once(req)
		if err == nil && !renewed && t.ended(req, resp) {
			renewed = true
			continue
		}
		pause, again := t.verdict(req, resp, err, try)
		if !again {
			return resp, err
		}
		t.notBefore(pause)
	}
}

// ended reports whether the forge takes our credential no longer and another one can
// be got. What it answers so it did not do.
func (t *transport) ended(req *http.Request, resp *http.Response) bool {
	_, itself := req.Context().Value(itselfKey{}).(string)
	return resp.StatusCode == http.StatusUnauthorized && !itself && t.forget != nil && t.forget()
}

// wait until the forge wants requests again, or says that it is too long.
func (t *transport) wait(ctx context.Context, waited *time.Duration) error {
	t.mu.Lock()
	until := t.until
	t.mu.Unlock()
	pause := until.Sub(t.now())
	if pause <= 0 || pause > farthest { // nobody is obeyed for longer: the clock was set back
		return nil
	}
	if *waited += pause; *waited > t.patience {
		return fmt.Errorf("the forge wants no request before %s: %w", until.UTC().Format(time.RFC3339), change.ErrRemote)
	}
	return t.sleep(ctx, pause)
}

func (t *transport) notBefore(pause time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if until := t.now().Add(min(max(pause, 0), farthest)); until.After(t.until) {
		t.until = until
	}
}

// once sends one request and reads the whole answer.
func (t *transport) once(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), oneTry)
	defer cancel()
	sent := req.Clone(ctx)
	if req.Body != nil && req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		sent.Body = body
	}
	if err := t.credential(sent); err != nil {
		return nil, err
	}
	known := t.remembered(sent)
	resp, err := t.base.RoundTrip(sent)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, longest+1))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	if len(b) > longest {
		return nil, fmt.Errorf("an answer of more than %d bytes: %w", longest, change.ErrDenied)
	}
	if resp.StatusCode == http.StatusNotModified && known != nil {
		header := known.header.Clone()
		maps.Copy(header, resp.Header) // a confirmation may bring other links (RFC 9111, 4.3.4)
		resp.StatusCode, resp.Status, resp.Header, b = http.StatusOK, "200 OK", header, known.body
	} else if req.Method == http.MethodGet && resp.StatusCode == http.StatusOK {
		t.remember(req.URL.String(), resp.Header, b)
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	return resp, nil
}

// kept is an answer that the forge may confirm without sending it again: that
// costs nothing of its rate limit. It is kept in memory only.
type kept struct {
	etag   string
	header http.Header
	body   []byte
}

const mostKept = 64 << 20 // bytes

// remembered asks only for what changed, where an answer is kept.
func (t *transport) remembered(sent *http.Request) *kept {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.kept[sent.URL.String()]
	if !ok || sent.Method != http.MethodGet {
		return nil
	}
	sent.Header.Set("If-None-Match", k.etag)
	return &k
}

func (t *transport) remember(url string, header http.Header, body []byte) {
	etag := header.Get("Etag")
	t.mu.Lock()
	defer t.mu.Unlock()
	t.size -= len(t.kept[url].body)
	delete(t.kept, url)
	if etag == "" || len(body) > mostKept/16 {
		return
	}
	if t.kept == nil || t.size+len(body) > mostKept {
		t.kept, t.size = map[string]kept{}, 0
	}
	t.kept[url] = kept{etag, header.Clone(), body}
	t.size += len(body)
}

// drop forgets the answers below a path: they did not add up.
func (t *transport) drop(path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for address, k := range t.kept {
		if strings.HasPrefix(address, t.origin.String()+path) {
			t.size -= len(k.body)
			delete(t.kept, address)
		}
	}
}

func (t *transport) credential(sent *http.Request) error {
	header, itself := sent.Context().Value(itselfKey{}).(string)
	if !itself {
		var err error
		if header, err = t.authorise(sent.Context()); err != nil {
			return err
		}
	}
	sent.Header = sent.Header.Clone()
	sent.Header.Set("Authorization", header)
	return nil
}

// verdict says whether to send it again, and after which pause. What is not a
// GET is repeated only if the forge said that it did not do it.
func (t *transport) verdict(req *http.Request, resp *http.Response, err error, try int) (time.Duration, bool) {
	backoff := time.Second << try
	last := try == attempts-1
	if err != nil {
		final := errors.Is(err, change.ErrDenied) || errors.Is(err, change.ErrRemote) || req.Context().Err() != nil
		return backoff, req.Method == http.MethodGet && !final && !last
	}
	pause, limited := t.limit(resp, try)
	for name := range resp.Header {
		if strings.HasPrefix(name, "X-Ratelimit-") || name == "Retry-After" {
			resp.Header.Del(name) // go-github would keep them and read the clock
		}
	}
	switch {
	case limited:
		if last {
			t.notBefore(pause)
			resp.StatusCode = http.StatusTooManyRequests // a 403 too is "later", and no refusal of what was asked
		}
		return pause, !last
	case resp.StatusCode >= 500:
		return max(pause, backoff), req.Method == http.MethodGet && !last
	}
	return 0, false
}

// limit says how long the forge wants no requests, and whether it refused this
// one for that.
func (t *transport) limit(resp *http.Response, try int) (time.Duration, bool) {
	refused := resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusTooManyRequests
	if pause, ok := t.retryAfter(resp.Header.Get("Retry-After")); ok && (refused || resp.StatusCode == http.StatusServiceUnavailable) {
		return pause, refused
	}
	if !refused {
		return 0, false
	}
	if reset, err := strconv.ParseInt(resp.Header.Get("X-Ratelimit-Reset"), 10, 64); err == nil && resp.Header.Get("X-Ratelimit-Remaining") == "0" {
		pause := time.Unix(min(reset, 1<<40), 0).Sub(t.now()) + time.Second
		return min(max(pause, time.Second), farthest), true
	}
	b, _ := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(b))
	text := strings.ToLower(string(b[:min(len(b), 4096)]))
	if strings.Contains(text, "secondary rate limit") || strings.Contains(text, "abuse detection") {
		return time.Minute << try, true
	}
	return time.Second << try, resp.StatusCode == http.StatusTooManyRequests
}

// retryAfter reads seconds or a date.
func (t *transport) retryAfter(text string) (time.Duration, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
		return time.Duration(min(n, int64(farthest/time.Second))) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(t.now()), 0), farthest), true
	}
	return 0, false
}
