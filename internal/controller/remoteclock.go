package controller

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// clockOf is the clock of a remote: the Date that its web server writes over every
// answer. Nothing tells the time over ssh and git://, and a folder's is this
// machine's.
func clockOf(address string) remoteClock {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil
	}
	u.User, u.RawQuery, u.Fragment = nil, "service=git-upload-pack", ""
	u.Path = strings.TrimSuffix(u.Path, "/") + "/info/refs"
	return webClock{u.String(), u.Hostname()}
}

// clockName says for people where the remote's time comes from.
func clockName(c remoteClock) string {
	if c == nil {
		return "none: this remote tells no time"
	}
	return c.Source()
}

type webClock struct{ url, host string }

func (w webClock) Source() string { return "Date of " + w.host }

// Time asks for what needs no rights to be refused: any answer has a Date.
func (w webClock) Time(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, w.url, nil)
	if err != nil {
		return time.Time{}, errors.New("no request to " + w.host)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s does not answer", w.host)
	}
	defer func() { _ = resp.Body.Close() }()
	return http.ParseTime(resp.Header.Get("Date"))
}
