// Package secret reads secrets.yaml, which says which credential opens which hosts
// of which client (authority.md 7). The file lies outside the repository, so that no
// merged change can point a client's plan at another client's key; what it does not
// name is refused.
package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/patchops/patchops/internal/document"
)

// ErrRefused is every answer of a book but a credential: nothing is mapped, or more
// than one entry is.
var ErrRefused = errors.New("no credential")

// Secret is a credential that opens a host. Its text forms say nothing of it.
type Secret struct {
	Name string
	// Key is a private key in PEM; nil where the agent holds it.
	Key []byte
	// File is where Key was read from; "" from elsewhere.
	File string
	// Agent is the agent's socket and Fingerprint the key that it is asked for.
	Agent, Fingerprint string
}

// String names the credential and not what it is.
func (s Secret) String() string { return "secret " + s.Name }

// Format is for every verb: %x and %#v would print the key.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, s.String()) }

// MarshalText is for JSON and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Options are what the file does not say.
type Options struct {
	Repository string // a folder that neither the file nor a key may lie in; "" none
	Getenv     func(string) string
	Agent      string // socket of the agent; "" none runs
}

// Book is a file read.
type Book struct {
	o       Options
	entries []entry
}

type entry struct {
	client, name string
	address      pattern
	source       source
	line         int32
}

type source struct{ scheme, rest string }

// Empty is the book of somebody who has no file: it refuses everything.
func Empty() *Book { return &Book{} }

// largest is more than any list of credentials needs.
const largest = 1 << 20

// Read reads a file, strictly: unknown fields, doubled entries, and a file that others
// can read or change are errors.
func Read(name string, o Options) (*Book, error) {
	b, err := private(name, o.Repository)
	if err != nil {
		return nil, err
	}
	docs, findings := document.ParseYAML(filepath.Base(name), b)
	if len(findings) > 0 {
		f := findings[0]
		return nil, fmt.Errorf("%s:%d:%d: %s", name, f.Line, f.Column, f.Message)
	}
	if len(docs) != 1 {
		return nil, fmt.Errorf("%s: %d documents, wanted one", name, len(docs))
	}
	book := &Book{o: o}
	if err := book.read(&docs[0].Root); err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	return book, nil
}

func (b *Book) read(root *document.Value) error {
	fields, err := only(root, "secrets")
	if err != nil {
		return err
	}
	list := fields["secrets"]
	if list == nil || list.Kind != document.List {
		return at(root, "secrets is missing, wanted a list of client, name, address and source")
	}
	for i := range list.Items {
		e, err := readEntry(&list.Items[i])
		if err != nil {
			return err
		}
		for _, other := range b.entries {
			if other.client == e.client && other.name == e.name && other.address.text == e.address.text {
				return at(&list.Items[i], "client %s, name %s and address %s are in line %d already, wanted them once", e.client, e.name, e.address.text, other.line)
			}
		}
		b.entries = append(b.entries, e)
	}
	return nil
}

func readEntry(v *document.Value) (entry, error) {
	fields, err := only(v, "client", "name", "address", "source")
	if err != nil {
		return entry{}, err
	}
	for _, name := range []string{"client", "name", "address", "source"} {
		if fields[name].Text() == "" {
			return entry{}, at(v, "%s is missing, wanted a text", name)
		}
	}
	e := entry{client: fields["client"].Text(), name: fields["name"].Text(), line: v.Pos.Line}
	if strings.ContainsAny(e.client, "*?/") {
		return entry{}, at(fields["client"], "client %q, wanted one client's name: every client has its own entries", e.client)
	}
	if e.address, err = parsePattern(fields["address"].Text()); err != nil {
		return entry{}, at(fields["address"], "%v", err)
	}
	if e.source, err = parseSource(fields["source"].Text()); err != nil {
		return entry{}, at(fields["source"], "%v", err)
	}
	return e, nil
}

func parseSource(text string) (source, error) {
	scheme, rest, _ := strings.Cut(text, ":")
	switch {
	case rest == "":
	case scheme == "file" && filepath.IsAbs(rest), scheme == "env" && isVariable(rest), scheme == "agent" && strings.HasPrefix(rest, "SHA256:"):
		return source{scheme, rest}, nil
	}
	// What was written there may be the secret itself: it is not repeated.
	return source{}, errors.New("source is none, wanted file:/ABSOLUTE/PATH, env:VARIABLE or agent:SHA256:FINGERPRINT")
}

func isVariable(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// For is the credential of a client's host by its logical name and address.
func (b *Book) For(client, name, address string) (Secret, error) {
	var found []entry
	for _, e := range b.entries {
		if e.client == client && e.name == name && e.address.matches(address) {
			found = append(found, e)
		}
	}
	switch {
	case name == "":
		return Secret{}, fmt.Errorf("%w: the profile of %s names none: add secretRef", ErrRefused, address)
	case len(found) == 0:
		return Secret{}, fmt.Errorf("%w: secrets.yaml maps nothing to client %s, name %s, address %s", ErrRefused, client, name, address)
	case len(found) > 1:
		return Secret{}, fmt.Errorf("%w: lines %d and %d of secrets.yaml both match client %s, name %s, address %s: narrow one address",
			ErrRefused, found[0].line, found[1].line, client, name, address)
	}
	return b.open(found[0])
}

func (b *Book) open(e entry) (Secret, error) {
	s := Secret{Name: e.name}
	switch e.source.scheme {
	case "file":
		key, err := private(e.source.rest, b.o.Repository)
		if err != nil {
			return Secret{}, fmt.Errorf("%w: secrets.yaml line %d: %w", ErrRefused, e.line, err)
		}
		s.Key, s.File = key, e.source.rest
	case "env":
		value := ""
		if b.o.Getenv != nil {
			value = b.o.Getenv(e.source.rest)
		}
		if value == "" {
			return Secret{}, fmt.Errorf("%w: secrets.yaml line %d: variable %s is not set", ErrRefused, e.line, e.source.rest)
		}
		s.Key = []byte(strings.TrimSpace(value) + "\n")
	default:
		if b.o.Agent == "" {
			return Secret{}, fmt.Errorf("%w: secrets.yaml line %d: no ssh-agent runs (SSH_AUTH_SOCK is not set)", ErrRefused, e.line)
		}
		s.Agent, s.Fingerprint = b.o.Agent, e.source.rest
	}
	return s, nil
}

// private reads a file that nobody else can read or change, and that does not lie in
// the repository.
func private(name, repository string) ([]byte, error) {
	if err := outside(name, repository); err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %s, wanted a plain file", name, info.Mode().Type())
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%s: mode %04o, wanted 0600: others can reach it: run chmod 600 %s", name, info.Mode().Perm(), name)
	case !owned(info):
		return nil, fmt.Errorf("%s: belongs to somebody else, wanted the account that runs patchops", name)
	case info.Size() > largest:
		return nil, fmt.Errorf("%s: %d bytes, wanted at most %d", name, info.Size(), largest)
	}
	b := make([]byte, info.Size())
	n, err := f.ReadAt(b, 0)
	if err != nil && n < len(b) {
		return nil, err
	}
	return b, nil
}

// Owned reports whether a file is ours or root's, so that nobody else put it there.
func Owned(info fs.FileInfo) bool { return owned(info) }

// outside refuses a file in the repository: what is merged must not be able to say
// which key opens which host.
func outside(name, repository string) error {
	if repository == "" {
		return nil
	}
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	inside, err := filepath.EvalSymlinks(repository)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	rel, err := filepath.Rel(inside, real)
	if err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return fmt.Errorf("%s: lies in the repository, wanted a place outside it", name)
	}
	return nil
}

// only reads a map that has no other fields than these.
func only(v *document.Value, names ...string) (map[string]*document.Value, error) {
	if v.Kind != document.Map {
		return nil, at(v, "%s, wanted a map", document.Describe(v))
	}
	fields := map[string]*document.Value{}
	for i, k := range v.Keys {
		known := false
		for _, n := range names {
			known = known || n == k.Name
		}
		if !known {
			return nil, fmt.Errorf("%d:%d: unknown field %q, wanted %s", k.Pos.Line, k.Pos.Column, k.Name, strings.Join(names, ", "))
		}
		fields[k.Name] = &v.Items[i]
	}
	return fields, nil
}

func at(v *document.Value, format string, args ...any) error {
	return fmt.Errorf("%d:%d: %s", v.Pos.Line, v.Pos.Column, fmt.Sprintf(format, args...))
}
