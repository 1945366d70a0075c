package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
)

func (s *Sender) mail(ctx context.Context, server *SMTP, m Message) (time.Duration, error) {
	from, err := address(server.From)
	if err != nil {
		return 0, final{fmt.Errorf("from: %w", err)}
	}
	to, err := address(m.Email)
	if err != nil {
		return 0, final{fmt.Errorf("contact %s: %w", m.Contact, err)}
	}
	host, _, _ := net.SplitHostPort(server.Server)
	c, err := s.dial(ctx, server, host)
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.Close() }()
	if err := s.login(c, server, host); err != nil {
		return 0, err
	}
	if err := letter(c, from.Address, to.Address, m.mail(from.String(), to.Address, s.Now())); err != nil {
		return 0, fmt.Errorf("%s: %w", host, refusal(err))
	}
	_ = c.Quit() // it has the letter
	return 0, nil
}

// dial connects, by TLS from the first byte or not, and bounds all that follows.
func (s *Sender) dial(ctx context.Context, server *SMTP, host string) (*smtp.Client, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", server.Server)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", host, plain(err))
	}
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(end)
	}
	if server.TLS == "tls" {
		conn = tls.Client(conn, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12})
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("%s: %w", host, refusal(err))
	}
	return c, nil
}

func (s *Sender) login(c *smtp.Client, server *SMTP, host string) error {
	if server.TLS == "" || server.TLS == "starttls" {
		if err := c.StartTLS(&tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}); err != nil {
			return fmt.Errorf("%s: no TLS: %w", host, refusal(err))
		}
	}
	if server.User == "" {
		return nil
	}
	password, err := s.secret(server.PasswordFile)
	if err != nil {
		return final{err}
	}
	if err := c.Auth(smtp.PlainAuth("", server.User, string(password), host)); err != nil {
		return fmt.Errorf("%s: login: %w", host, refusal(err))
	}
	return nil
}

func letter(c *smtp.Client, from, to string, text []byte) error {
	if err := c.Mail(from); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	return w.Close()
}

// refusal is a server's answer as a number: its words may hold addresses.
func refusal(err error) error {
	if said, ok := errors.AsType[*textproto.Error](err); ok {
		out := fmt.Errorf("it answered %d", said.Code)
		if said.Code >= 500 {
			return final{out}
		}
		return out
	}
	if network, ok := errors.AsType[net.Error](err); ok && network.Timeout() {
		return errors.New("no answer in time")
	}
	return errors.New("the connection failed")
}

// mail is the letter. No value can begin another header: what is not plain ASCII is
// encoded, and line breaks are none.
func (m Message) mail(from, to string, now time.Time) []byte {
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", from},
		{"To", to},
		{"Subject", mime.QEncoding.Encode("utf-8", oneLine(m.Subject))},
		{"Date", now.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700")},
		{"Message-ID", "<" + fileName(m.ID) + "@patchops.invalid>"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
		{"Auto-Submitted", "auto-generated"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(strings.ReplaceAll(m.Text, "\n", "\r\n"))) // a buffer takes all
	_ = w.Close()
	b.WriteString("\r\n")
	return b.Bytes()
}
