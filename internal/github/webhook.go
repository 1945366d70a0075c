package github

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

const (
	mostHook   = 1 << 20 // bytes of a delivery
	leastKey   = 32      // bytes of the secret
	mostSeen   = 4096    // deliveries that are remembered
	mostNumber = 1<<31 - 1
)

// Hooks verifies deliveries of webhooks. A delivery is a hint: it names a change
// to look at again, and nothing that it says is believed (R19).
type Hooks struct {
	secret     []byte
	repository int64

	mu    sync.Mutex
	seen  map[string]bool
	order []string // of seen, a ring
	next  int
}

// HookError is a delivery that is refused; Status is the answer to send.
type HookError struct {
	Status int
	Why    string
}

func (e *HookError) Error() string { return "webhook: " + e.Why }

// ErrRepeated is a delivery that was seen before: answer 202, do nothing.
var ErrRepeated = errors.New("webhook: delivered before")

// NewHooks wants a secret of at least 32 bytes.
func NewHooks(secret []byte, repository int64) (*Hooks, error) {
	if len(secret) < leastKey {
		return nil, fmt.Errorf("webhook: a secret of %d bytes, wanted at least %d", len(secret), leastKey)
	}
	return &Hooks{secret: secret, repository: repository, seen: map[string]bool{}, order: make([]string, mostSeen)}, nil
}

// Parse verifies a delivery and returns the change that it hints at: "#41", or ""
// for all of them. Nothing is parsed before the signature holds.
func (h *Hooks) Parse(r *http.Request) (string, error) {
	if r.Method != http.MethodPost {
		return "", &HookError{http.StatusMethodNotAllowed, "method " + printable(r.Method) + ", wanted POST"}
	}
	claimed, err := claim(r.Header)
	if err != nil {
		return "", err
	}
	body, err := bodyOf(r)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, h.secret)
	mac.Write(body)
	if !hmac.Equal(mac.Sum(nil), claimed) {
		return "", &HookError{http.StatusUnauthorized, "the signature does not hold"}
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return "", &HookError{http.StatusUnsupportedMediaType, "the content type is not application/json"}
	}
	delivery := r.Header.Get("X-GitHub-Delivery")
	if delivery == "" || len(delivery) > 64 {
		return "", &HookError{http.StatusBadRequest, "no usable delivery id"}
	}
	// The id is not signed; the body is: remember both.
	if !h.enter("id "+delivery, "body "+hex.EncodeToString(claimed)) {
		return "", ErrRepeated
	}
	return h.hint(body)
}

// claim is the signature of the only header that counts: SHA-1 does not.
func claim(header http.Header) ([]byte, error) {
	values := header.Values("X-Hub-Signature-256")
	if len(values) != 1 {
		return nil, &HookError{http.StatusUnauthorized, fmt.Sprintf("%d headers X-Hub-Signature-256, wanted one", len(values))}
	}
	digits, ok := strings.CutPrefix(values[0], "sha256=")
	sum, err := hex.DecodeString(digits)
	if !ok || err != nil || len(sum) != sha256.Size {
		return nil, &HookError{http.StatusUnauthorized, "the signature is no sha256=..."}
	}
	return sum, nil
}

func bodyOf(r *http.Request) ([]byte, error) {
	tooLong := &HookError{http.StatusRequestEntityTooLarge, fmt.Sprintf("more than %d bytes", mostHook)}
	if r.ContentLength > mostHook {
		return nil, tooLong
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, mostHook+1))
	if err != nil {
		return nil, &HookError{http.StatusBadRequest, "the body broke off"}
	}
	if len(body) > mostHook {
		return nil, tooLong
	}
	return body, nil
}

// enter remembers; false if one of them is known.
func (h *Hooks) enter(keys ...string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, key := range keys {
		if h.seen[key] {
			return false
		}
	}
	for _, key := range keys {
		delete(h.seen, h.order[h.next])
		h.seen[key], h.order[h.next] = true, key
		h.next = (h.next + 1) % len(h.order)
	}
	return true
}

func (h *Hooks) hint(body []byte) (string, error) {
	type numbered struct {
		Number int64
		Pull   json.RawMessage `json:"pull_request"`
	}
	var v struct {
		Repository *struct{ ID int64 }
		Pull       *numbered `json:"pull_request"`
		Issue      *numbered
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return "", &HookError{http.StatusBadRequest, "the body cannot be read"}
	}
	if v.Repository != nil && v.Repository.ID != h.repository {
		return "", &HookError{http.StatusForbidden, "another repository"}
	}
	n := int64(0)
	switch {
	case v.Pull != nil:
		n = v.Pull.Number
	case v.Issue != nil && v.Issue.Pull != nil:
		n = v.Issue.Number
	}
	if n <= 0 || n > mostNumber {
		return "", nil
	}
	return "#" + strconv.FormatInt(n, 10), nil
}
