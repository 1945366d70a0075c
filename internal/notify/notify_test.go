package notify

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func message(t *testing.T) Message {
	m := Message{ID: "abc123", Repository: "r", Client: "acme", Plan: "openssl", Contact: "ops", Name: "Erika", Email: "ops@acme.example", Window: "nightly", Assets: 3}
	return m.Write(time.Date(2026, 3, 15, 21, 0, 0, 0, time.UTC), berlin(t))
}

const token = "canary-secret-0123456789-0123456789-abcdef"

func sender(r Channels) *Sender {
	return &Sender{
		Routes: Routes{Channels: r}, Now: func() time.Time { return at },
		Wait: func(context.Context, time.Duration) error { return nil },
		Read: func(string) ([]byte, error) { return []byte(token), nil },
	}
}

// TestLocalTimes: people read the client's time, machines UTC.
func TestLocalTimes(t *testing.T) {
	m := message(t)
	for _, want := range []string{"Sunday, 15 March 2026, 22:00 CET (Europe/Berlin)", "2026-03-15 21:00 UTC", "3 servers", "acme/openssl"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("%q is not in\n%s", want, m.Text)
		}
	}
	if m.Occurrence != "2026-03-15T21:00:00Z" || m.Subject != "Maintenance of 3 servers of acme on 2026-03-15 22:00 CET" {
		t.Errorf("%s, %s", m.Occurrence, m.Subject)
	}
}

// hook is a receiver that answers with the statuses given, then with 200.
func hook(t *testing.T, statuses ...int) (*httptest.Server, *[]*http.Request, *[][]byte) {
	t.Helper()
	var asked []*http.Request
	var bodies [][]byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		asked, bodies = append(asked, r), append(bodies, b)
		if n := len(asked) - 1; n < len(statuses) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(statuses[n])
		}
	}))
	t.Cleanup(s.Close)
	return s, &asked, &bodies
}

// TestR65Webhook: signed, tried again as the receiver asks, and so often only.
func TestR65Webhook(t *testing.T) {
	server, asked, bodies := hook(t, 503, 429)
	s := sender(Channels{Portal: &Route{Webhook: &Webhook{URL: server.URL + "/in?key=hidden", SecretFile: "x"}}})
	var waited []time.Duration
	s.Wait = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	channel, err := s.Send(context.Background(), []string{"phone", "portal"}, message(t))
	if err != nil || channel != "portal" || fmt.Sprint(waited) != "[7s 7s]" {
		t.Fatalf("%q, %v, waited %v", channel, err, waited)
	}
	r, body := (*asked)[2], (*bodies)[2]
	if want := Sign([]byte(token), r.Header.Get(timestampHeader), body); r.Header.Get(signatureHeader) != want || r.Header.Get(idHeader) != "abc123" {
		t.Errorf("headers %v", r.Header)
	}
	var got Message
	if err := json.Unmarshal(body, &got); err != nil || got != message(t) {
		t.Errorf("%s: %v", body, err)
	}
	for name, c := range map[string]struct {
		statuses []int
		tries    int
	}{"denied": {[]int{403}, 1}, "moved": {[]int{302}, 1}, "down": {[]int{500, 500, 500, 500, 500}, mostTries}} {
		server, asked, _ := hook(t, c.statuses...)
		s := sender(Channels{Portal: &Route{Webhook: &Webhook{URL: server.URL, SecretFile: "x"}}})
		if _, err := s.Send(context.Background(), []string{"portal"}, message(t)); err == nil || len(*asked) != c.tries {
			t.Errorf("%s: %v after %d tries", name, err, len(*asked))
		}
	}
}

// TestR54ErrorsNameNothing: neither addresses nor users nor secrets.
func TestR54ErrorsNameNothing(t *testing.T) {
	s := sender(Channels{
		Portal: &Route{Webhook: &Webhook{URL: "http://127.0.0.1:1/in?key=" + token, SecretFile: "/secret/" + token}},
		Email:  &Route{SMTP: &SMTP{Server: "127.0.0.1:1", From: "a@b.example", User: token, PasswordFile: "/secret/" + token, TLS: "none"}},
	})
	_, err := s.Send(context.Background(), []string{"portal", "email"}, message(t))
	if err == nil || strings.Contains(err.Error(), token) || strings.Contains(err.Error(), "ops@") {
		t.Errorf("%v", err)
	}
	s.Read = nil
	if _, err := s.Send(context.Background(), []string{"portal"}, message(t)); err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{`{"portal": {"webhook": {"url": "https://u:` + token + `@x/", "secretFile": "s"}}}`, `{"email": {"smtp": {"server": "` + token + `"}}}`} {
		if _, err := Parse([]byte(bad)); err == nil || strings.Contains(err.Error(), token) {
			t.Errorf("%v", err)
		}
	}
}

// post is a mail server of one letter.
func post(t *testing.T, refuse string) (string, chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	letters := make(chan string, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serveMail(c, refuse, letters)
		}
	}()
	return l.Addr().String(), letters
}

func serveMail(c net.Conn, refuse string, letters chan string) {
	defer func() { _ = c.Close() }()
	say := func(s string) { _, _ = io.WriteString(c, s+"\r\n") }
	say("220 test")
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch verb {
		case refuse:
			say("550 no such user " + token)
		case "DATA":
			say("354 go")
			var b strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil || line == ".\r\n" {
					break
				}
				b.WriteString(line)
			}
			letters <- b.String()
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// TestMail: whatever stands in documents, nothing becomes another header or line.
func TestMail(t *testing.T) {
	server, letters := post(t, "")
	s := sender(Channels{Email: &Route{SMTP: &SMTP{Server: server, From: "Patchops <patch@msp.example>", TLS: "none"}}})
	m := message(t)
	m.Subject = "Täglich\r\nBcc: evil@example.com"
	m.Text = "one\n.\nQUIT\nBcc: evil@example.com\n"
	if channel, err := s.Send(context.Background(), []string{"email"}, m); err != nil || channel != "email" {
		t.Fatal(channel, err)
	}
	letter, err := mail.ReadMessage(strings.NewReader(<-letters))
	if err != nil {
		t.Fatal(err)
	}
	if letter.Header.Get("Bcc") != "" || letter.Header.Get("To") != "ops@acme.example" || len(letter.Header) != 9 {
		t.Errorf("%v", letter.Header)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(letter.Body))
	if err != nil || !bytes.HasPrefix(body, []byte("one\r\n")) || !bytes.Contains(body, []byte("QUIT\r\nBcc: evil")) {
		t.Errorf("%q %v", body, err)
	}
	for _, to := range []string{"a@b\r\nRCPT TO:<evil@x>", "a@b, c@d", "", "<script>", "a b@c"} {
		m.Email = to
		if _, err := s.Send(context.Background(), []string{"email"}, m); err == nil {
			t.Errorf("sent to %q", to)
		}
	}
	refusing, _ := post(t, "RCPT")
	s.Routes.Email.SMTP.Server = refusing
	if _, err := s.Send(context.Background(), []string{"email"}, message(t)); err == nil || strings.Contains(err.Error(), token) || !strings.Contains(err.Error(), "550") {
		t.Errorf("%v", err)
	}
	s.Routes.Email.SMTP.TLS = "starttls" // a server that does not offer it
	if _, err := s.Send(context.Background(), []string{"email"}, message(t)); err == nil {
		t.Error("sent without TLS")
	}
}

// TestFolder: one file a message, the same one each time; and who is called by people.
func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	s := sender(Channels{Email: &Route{Folder: dir}})
	for range 2 {
		if _, err := s.Send(context.Background(), []string{"email"}, message(t)); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || files[0].Name() != "abc123.json" {
		t.Errorf("%v %v", files, err)
	}
	if _, err := s.Send(context.Background(), []string{"phone"}, message(t)); !errors.Is(err, ErrByHand) {
		t.Error(err)
	}
	s.Routes.Clients = map[string]Channels{"acme": {Email: &Route{Folder: filepath.Join(dir, "acme")}}}
	if _, err := s.Send(context.Background(), []string{"email"}, message(t)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "acme", "abc123.json")); err != nil {
		t.Error(err)
	}
}

// TestParse: what it does not know it refuses.
func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"nothing":         {`{}`, true},
		"folder":          {`{"email": {"folder": "/var/spool/notices"}, "clients": {"acme": {"portal": {"webhook": {"url": "https://x.example/in", "secretFile": "/s"}}}}}`, true},
		"smtp":            {`{"email": {"smtp": {"server": "mail.example:587", "from": "Patchops <p@x.example>"}}}`, true},
		"unknown":         {`{"emial": {}}`, false},
		"two ways":        {`{"email": {"folder": "/x", "webhook": {"url": "https://x/", "secretFile": "/s"}}}`, false},
		"none":            {`{"email": {}}`, false},
		"http":            {`{"portal": {"webhook": {"url": "http://x.example/in", "secretFile": "/s"}}}`, false},
		"no secret":       {`{"portal": {"webhook": {"url": "https://x.example/in"}}}`, false},
		"open mail":       {`{"email": {"smtp": {"server": "mail.example:25", "from": "p@x.example", "tls": "none"}}}`, false},
		"two senders":     {`{"email": {"smtp": {"server": "mail.example:25", "from": "p@x.example, q@x.example"}}}`, false},
		"half a login":    {`{"email": {"smtp": {"server": "mail.example:25", "from": "p@x.example", "user": "p"}}}`, false},
		"relative folder": {`{"email": {"folder": "out"}}`, false},
		"more":            {`{} {}`, false},
		"client's":        {`{"clients": {"acme": {"email": {}}}}`, false},
	} {
		if _, err := Parse([]byte(c.text)); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
