// Package notify tells clients' contacts when their servers are worked on: by mail
// (SMTP), by a signed webhook, or as files for whatever sends them on. It says how a
// message went and nothing else: whom to tell what, and that it was told, is said by
// the log (internal/controller). Its errors hold no address, user or secret (R54).
package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// ErrByHand says that a person must do it: a channel that no machine serves, such as
// a telephone, or one that has no route here.
var ErrByHand = errors.New("a person must tell them")

// Routes say how the channels of agreements are reached from this machine. Clients
// have their own, by name, where they have any.
type Routes struct {
	Channels
	Clients map[string]Channels `json:"clients,omitempty"`
}

// Channels are the ways to contacts.
type Channels struct {
	Email  *Route `json:"email,omitempty"`
	Portal *Route `json:"portal,omitempty"`
}

// Route is one of three ways.
type Route struct {
	SMTP    *SMTP    `json:"smtp,omitempty"`
	Webhook *Webhook `json:"webhook,omitempty"`
	// Folder takes one file a message, under the message's id.
	Folder string `json:"folder,omitempty"`
}

// SMTP is a mail server.
type SMTP struct {
	Server       string `json:"server"` // host:port
	From         string `json:"from"`   // an address, perhaps with a name
	User         string `json:"user,omitempty"`
	PasswordFile string `json:"passwordFile,omitempty"`
	// TLS is "starttls" (as if absent), "tls" from the first byte, or "none", which only
	// this machine's own server may have.
	TLS string `json:"tls,omitempty"`
}

// Webhook is an address that takes a POST of JSON, signed with what the file holds.
type Webhook struct {
	URL        string `json:"url"` // https; http on this machine only
	SecretFile string `json:"secretFile"`
}

// leastSecret is how many bytes a webhook's secret has at least (R19).
const leastSecret = 32

// Parse reads routes from JSON. What it does not know is an error.
func Parse(b []byte) (Routes, error) {
	var r Routes
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Routes{}, fmt.Errorf("notification routes: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Routes{}, errors.New("notification routes: something follows them")
	}
	all := map[string]Channels{"": r.Channels}
	maps.Copy(all, r.Clients)
	for client, c := range all {
		for name, route := range map[string]*Route{"email": c.Email, "portal": c.Portal} {
			if err := route.check(); err != nil {
				return Routes{}, fmt.Errorf("notification route %s: %w", strings.TrimPrefix(client+"/"+name, "/"), err)
			}
		}
	}
	return r, nil
}

func (r *Route) check() error {
	if r == nil {
		return nil
	}
	ways := 0
	for _, there := range []bool{r.SMTP != nil, r.Webhook != nil, r.Folder != ""} {
		if there {
			ways++
		}
	}
	switch {
	case ways != 1:
		return fmt.Errorf("%d ways, wanted one of smtp, webhook and folder", ways)
	case r.SMTP != nil:
		return r.SMTP.check()
	case r.Webhook != nil:
		return r.Webhook.check()
	case !filepath.IsAbs(r.Folder):
		return errors.New("folder: wanted an absolute path")
	}
	return nil
}

func (s *SMTP) check() error {
	host, _, err := net.SplitHostPort(s.Server)
	if err != nil || host == "" {
		return errors.New("server: wanted host:port")
	}
	if _, err := address(s.From); err != nil {
		return fmt.Errorf("from: %w", err)
	}
	switch s.TLS {
	case "", "starttls", "tls":
	case "none":
		if !here(host) {
			return errors.New(`tls "none": wanted "starttls" or "tls" for a server that is not this machine`)
		}
	default:
		return fmt.Errorf(`tls %q, wanted "starttls", "tls" or "none"`, s.TLS)
	}
	if (s.User == "") != (s.PasswordFile == "") {
		return errors.New("user and passwordFile go together")
	}
	return nil
}

func (w *Webhook) check() error {
	u, err := url.Parse(w.URL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("url: wanted https://host/path without user")
	case u.Scheme == "http" && !here(u.Hostname()):
		return errors.New("url: wanted https")
	case w.SecretFile == "":
		return errors.New("secretFile: wanted, so that the receiver knows who speaks")
	}
	return nil
}

// here reports whether a host is this machine.
func here(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// address reads one mail address, with or without a name. It has no line breaks.
func address(text string) (*mail.Address, error) {
	a, err := mail.ParseAddress(text)
	if err != nil || strings.ContainsAny(text, "\r\n\x00") || strings.ContainsAny(a.Address, " \t<>,;:\"()") || !strings.Contains(a.Address, "@") {
		return nil, errors.New("no mail address")
	}
	return a, nil
}

// Sender sends.
type Sender struct {
	Routes Routes
	Now    func() time.Time
	// Wait waits between two tries; nil: as long as it says.
	Wait func(ctx context.Context, d time.Duration) error
	// Read reads a file of a secret; nil: one that nobody else may read.
	Read func(file string) ([]byte, error)
}

// Send sends a message on the first of the channels that takes it, and says which.
func (s *Sender) Send(ctx context.Context, channels []string, m Message) (channel string, err error) {
	if m.ID == "" {
		return "", errors.New("a message without id")
	}
	err = ErrByHand
	for _, name := range channels {
		route := s.route(m.Client, name)
		if route == nil {
			err = fmt.Errorf("%w; no route for %s here", err, name)
			continue
		}
		e := s.carry(ctx, route, m)
		if e == nil {
			return name, nil
		}
		if errors.Is(err, ErrByHand) { // a machine may still do it
			err = fmt.Errorf("%s: %w", name, e)
		} else {
			err = fmt.Errorf("%w; %s: %w", err, name, e)
		}
	}
	return "", err
}

func (s *Sender) route(client, channel string) *Route {
	for _, c := range []Channels{s.Routes.Clients[client], s.Routes.Channels} {
		switch {
		case channel == "email" && c.Email != nil:
			return c.Email
		case channel == "portal" && c.Portal != nil:
			return c.Portal
		}
	}
	return nil
}

func (s *Sender) carry(ctx context.Context, r *Route, m Message) error {
	switch {
	case r.SMTP != nil:
		return s.again(ctx, func(ctx context.Context) (time.Duration, error) { return s.mail(ctx, r.SMTP, m) })
	case r.Webhook != nil:
		return s.again(ctx, func(ctx context.Context) (time.Duration, error) { return s.post(ctx, r.Webhook, m) })
	}
	return s.file(r.Folder, m)
}
