package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Headers of a webhook. The signature is HMAC-SHA256 with the secret over the
// timestamp, a dot and the body.
const (
	signatureHeader = "X-Patchops-Signature"
	timestampHeader = "X-Patchops-Timestamp"
	idHeader        = "Idempotency-Key"
)

// Sign is what the signature header says.
func Sign(secret []byte, timestamp string, body []byte) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(timestamp + "."))
	h.Write(body)
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}

func (s *Sender) post(ctx context.Context, w *Webhook, m Message) (time.Duration, error) {
	secret, err := s.secret(w.SecretFile)
	if err != nil {
		return 0, final{err}
	}
	if len(secret) < leastSecret {
		return 0, final{fmt.Errorf("the secret has %d bytes, wanted %d or more", len(secret), leastSecret)}
	}
	body, err := json.Marshal(m)
	if err != nil {
		return 0, final{err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return 0, final{errors.New("its address is none")}
	}
	stamp := strconv.FormatInt(s.Now().Unix(), 10)
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "patchops", idHeader: m.ID,
		timestampHeader: stamp, signatureHeader: Sign(secret, stamp, body),
	} {
		req.Header.Set(name, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", req.URL.Hostname(), plain(err))
	}
	_ = resp.Body.Close()
	return s.answered(req.URL.Hostname(), resp)
}

func (s *Sender) answered(host string, resp *http.Response) (time.Duration, error) {
	err := fmt.Errorf("%s answered %d", host, resp.StatusCode)
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return 0, nil
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code >= 500:
		return s.retryAfter(resp.Header.Get("Retry-After")), err
	}
	return 0, final{err}
}

// retryAfter reads seconds or a date.
func (s *Sender) retryAfter(text string) time.Duration {
	if n, err := strconv.ParseInt(text, 10, 32); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(text); err == nil {
		return max(t.Sub(s.Now()), 0)
	}
	return 0
}

// plain is an error of the network without the address that it names.
func plain(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in time")
	case errors.Is(err, context.Canceled):
		return context.Canceled
	}
	return errors.New("it cannot be reached")
}
