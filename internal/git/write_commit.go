package git

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing"
)

// CommitSpec is a commit to make; equal ones have equal ids, unless signed.
type CommitSpec struct {
	Tree      string
	Parents   []string
	Author    Person
	Committer Person
	Time      time.Time // of both, in UTC, whole seconds
	Message   string
	// Sign makes the armoured signature over the commit's bytes; nil: unsigned.
	Sign func(payload []byte) (string, error)
}

// Commit writes a commit and returns its id. Its tree and parents must be there.
// One child runs.
func (c *Clone) Commit(ctx context.Context, spec CommitSpec) (string, error) {
	content, err := spec.encode()
	if err != nil {
		return "", fmt.Errorf("write commit: %w", err)
	}
	b := &batch{}
	h, err := b.add(plumbing.CommitObject, content)
	if err == nil {
		err = c.write(ctx, b)
	}
	if err != nil {
		return "", fmt.Errorf("write commit: %w", err)
	}
	return h.String(), nil
}

// encode is the commit's bytes as git writes them.
func (s CommitSpec) encode() ([]byte, error) {
	header, err := s.header()
	if err != nil {
		return nil, err
	}
	body := "\n" + s.Message
	if s.Sign == nil {
		return []byte(header + body), nil
	}
	armored, err := s.Sign([]byte(header + body))
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	armored = strings.TrimRight(armored, "\n")
	if armored == "" || strings.Contains(armored, "\n\n") || strings.ContainsAny(armored, "\x00\r") {
		return nil, fmt.Errorf("sign: want an armoured signature without empty lines")
	}
	content := []byte(header + "gpgsig " + strings.ReplaceAll(armored, "\n", "\n ") + "\n" + body)
	if len(content) > largestCommit {
		return nil, tooLarge(int64(len(content)), largestCommit)
	}
	return content, nil
}

func (s CommitSpec) header() (string, error) {
	var b strings.Builder
	if !isID(s.Tree) {
		return "", fmt.Errorf("tree %q: %w: want a full id", s.Tree, ErrRevision)
	}
	b.WriteString("tree " + s.Tree + "\n")
	for i, p := range s.Parents {
		if !isID(p) {
			return "", fmt.Errorf("parent %q: %w: want a full id", p, ErrRevision)
		}
		if slices.Contains(s.Parents[:i], p) {
			return "", fmt.Errorf("parent %s: twice", p)
		}
		b.WriteString("parent " + p + "\n")
	}
	seconds := s.Time.Unix()
	if seconds < 0 {
		return "", fmt.Errorf("time %s: want one after 1970", s.Time)
	}
	for _, line := range []struct {
		role string
		who  Person
	}{{"author", s.Author}, {"committer", s.Committer}} {
		if err := line.who.check(); err != nil {
			return "", fmt.Errorf("%s: %w", line.role, err)
		}
		fmt.Fprintf(&b, "%s %s <%s> %d +0000\n", line.role, line.who.Name, line.who.Email, seconds)
	}
	if strings.Contains(s.Message, "\x00") || !utf8.ValidString(s.Message) || len(s.Message) > largestCommit/2 {
		return "", fmt.Errorf("message: want UTF-8 without NUL, at most %d bytes", largestCommit/2)
	}
	return b.String(), nil
}

func (p Person) check() error {
	for _, s := range []string{p.Name, p.Email} {
		if s == "" || s != strings.TrimSpace(s) || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '<' || r == '>' || r == 0x7f }) {
			return fmt.Errorf("name %q and address %q: want both, without <, > and control characters", p.Name, p.Email)
		}
	}
	return nil
}
