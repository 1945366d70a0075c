package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/google/go-github/v60/github"

	"github.com/patchops/patchops/internal/change"
)

// refusal is an answer that is no success. It names no host, query or token.
type refusal struct {
	what    string // method and path
	status  int
	message string // the forge's, shortened and made printable
	kind    error  // of change's
}

func (r *refusal) Error() string {
	if r.message == "" {
		return fmt.Sprintf("%s: status %d", r.what, r.status)
	}
	return fmt.Sprintf("%s: status %d, %s", r.what, r.status, r.message)
}

func (r *refusal) Unwrap() error { return r.kind }

// status is that of a refusal, else 0.
func status(err error) int {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.status
	}
	return 0
}

// message is the forge's word in a refusal, in lower case.
func message(err error) string {
	if r, ok := errors.AsType[*refusal](err); ok {
		return strings.ToLower(r.message)
	}
	return ""
}

// disagree is an answer that does not add up.
func disagree(format string, args ...any) error {
	return fmt.Errorf("github: "+format+": %w", append(args, change.ErrRemote)...)
}

// get reads one thing.
func (c *Client) get(ctx context.Context, path string, query url.Values, into any) error {
	_, err := c.fetch(ctx, path, query, into)
	return err
}

// fetch reads one thing or page, with its header. Parts of path that are not
// ours must be escaped already.
func (c *Client) fetch(ctx context.Context, path string, query url.Values, into any) (http.Header, error) {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	req, err := c.api.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return nil, plain("GET", path, err)
	}
	resp, err := c.api.Do(ctx, req, into)
	if err != nil {
		return nil, plain("GET", path, err)
	}
	return resp.Header, nil
}

// send writes one thing.
func (c *Client) send(ctx context.Context, method, path string, body, into any) error {
	req, err := c.api.NewRequest(method, path, body)
	if err == nil {
		_, err = c.api.Do(ctx, req, into)
	}
	return plain(method, path, err)
}

// in is a path of the repository.
func (c *Client) in(format string, args ...any) string {
	return fmt.Sprintf("repos/%s/%s", c.owner, c.repo) + fmt.Sprintf(format, args...)
}

// plain turns go-github's errors, and those of HTTP, into ours: without URLs,
// which may hold secrets (R54), and with a kind that callers can tell apart.
func plain(method, path string, err error) error {
	if err == nil {
		return nil
	}
	path, _, _ = strings.Cut(path, "?")
	what := "github: " + method + " /" + path
	if answer, ok := errors.AsType[*github.ErrorResponse](err); ok && answer.Response != nil {
		return &refusal{what, answer.Response.StatusCode, words(answer), kind(path, answer.Response.StatusCode)}
	}
	if _, ok := errors.AsType[*github.AcceptedError](err); ok {
		return &refusal{what, http.StatusAccepted, "", change.ErrRemote}
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", what, err)
	}
	if errors.Is(err, change.ErrRemote) || errors.Is(err, change.ErrDenied) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return fmt.Errorf("%s: %s: %w", what, printable(harmless(err.Error())), change.ErrRemote)
}

// harmless is an error of HTTP without words that may be addresses: that of a
// proxy may hold a password.
func harmless(text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		if strings.Contains(w, "://") || strings.ContainsAny(w, "@?") {
			words[i] = "..."
		}
	}
	return strings.Join(words, " ")
}

func kind(path string, status int) error {
	gone := status == http.StatusNotFound || status == http.StatusGone
	switch {
	case gone && strings.Contains(path, "/pulls/"):
		return change.ErrNoChange
	case status == http.StatusTooManyRequests || status >= 500 || status == http.StatusAccepted:
		return change.ErrRemote
	}
	return change.ErrDenied
}

func words(answer *github.ErrorResponse) string {
	text := []string{answer.Message}
	for _, e := range answer.Errors {
		text = append(text, strings.TrimSpace(strings.Join([]string{e.Resource, e.Field, e.Code, e.Message}, " ")))
	}
	return printable(strings.Join(text, "; "))
}

// printable is at most 300 bytes of what somebody else wrote, on one line.
func printable(text string) string {
	const most = 300
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + " ..."
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// number is that of a change's name, "#41".
func number(name string) (int, error) {
	digits, ok := strings.CutPrefix(name, "#")
	n, err := strconv.ParseInt(digits, 10, 32)
	if !ok || err != nil || n <= 0 || strconv.FormatInt(n, 10) != digits {
		return 0, fmt.Errorf("github: %q is no pull request, wanted such as #41: %w", name, change.ErrNoChange)
	}
	return int(n), nil
}

// commitID reports whether text is a full commit id.
func commitID(text string) bool {
	if len(text) != 40 && len(text) != 64 {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) })
}
