package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, dir, name, text string, mode os.FileMode) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	return file
}

func entries(list ...string) string { return "secrets:\n- " + strings.Join(list, "\n- ") + "\n" }

func line(client, name, address, source string) string {
	return fmt.Sprintf("{client: %s, name: %s, address: %q, source: %q}", client, name, address, source)
}

// TestR48SecretsAreOfOneClientAndAddress: a credential is found by client, name and
// address, all three, and by nothing less.
func TestR48SecretsAreOfOneClientAndAddress(t *testing.T) {
	dir := t.TempDir()
	key := write(t, dir, "acme.key", "ACME KEY", 0o600)
	file := write(t, dir, "secrets.yaml", entries(
		line("acme", "ssh/deploy", "10.1.0.0/16", "file:"+key),
		line("globex", "ssh/deploy", "**.globex.example", "env:GLOBEX_KEY"),
		line("acme", "ssh/token", "web-*.acme.example", "agent:SHA256:abc"),
	), 0o600)
	b, err := Read(file, Options{Getenv: func(name string) string { return map[string]string{"GLOBEX_KEY": " GLOBEX KEY\n"}[name] }, Agent: "/run/agent"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ client, name, address, key string }{
		{"acme", "ssh/deploy", "10.1.2.3", "ACME KEY"},
		{"globex", "ssh/deploy", "a.b.globex.example", "GLOBEX KEY\n"},
		{"globex", "ssh/deploy", "A.Globex.Example.", "GLOBEX KEY\n"},
		{"acme", "ssh/token", "web-01.acme.example", ""},
	} {
		s, err := b.For(c.client, c.name, c.address)
		if err != nil || string(s.Key) != c.key {
			t.Errorf("%v: %q %v", c, s.Key, err)
		}
	}
	for _, c := range [][3]string{
		{"acme", "ssh/deploy", "10.2.0.1"},
		{"acme", "ssh/deploy", "10.1.evil.example"},
		{"globex", "ssh/deploy", "10.1.2.3"},
		{"acme", "ssh/deploy", "x.globex.example"},
		{"globex", "ssh/deploy", "globex.example"},
		{"globex", "ssh/deploy", "xglobex.example"},
		{"globex", "ssh/deploy", "a.globex.example.evil.example"},
		{"acme", "ssh/token", "web-01.acme.example.evil.example"},
		{"acme", "ssh/token", "web-01.evil.acme.example"},
		{"acme", "", "10.1.2.3"},
		{"", "ssh/deploy", "10.1.2.3"},
		{"acme", "ssh/deploy", ""},
		{"acme", "ssh/*", "10.1.2.3"},
		{"ac*", "ssh/deploy", "10.1.2.3"},
	} {
		if s, err := b.For(c[0], c[1], c[2]); !errors.Is(err, ErrRefused) {
			t.Errorf("%v: %v %v, wanted a refusal", c, s, err)
		}
	}
}

// TestPatterns: a pattern of numbers is for IP addresses, one of names never is.
func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, address string
		want             bool
	}{
		{"10.1.*.*", "10.1.2.3", true},
		{"10.1.*.*", "10.1.evil.example", false},
		{"10.1.2.*", "10.1.2.33", true},
		{"10.1.2.3", "10.1.2.3", true},
		{"10.1.2.3", "10.1.2.30", false},
		{"fd00::/8", "fd00::1", true},
		{"fd00::/8", "fe80::1", false},
		{"fd00::1", "fd00:0:0::1", true},
		{"10.0.0.0/8", "host.example", false},
		{"*.example", "a.example", true},
		{"*.example", "a.b.example", false},
		{"*.example", "example", false},
		{"**.example", "a.b.example", true},
		{"w?b-*", "web-01", true},
		{"w?b-*", "wb-01", false},
		{"h*", "h", true},
		{"*.*.*.*", "10.1.2.3", true},
		{"a*b*c", "axbyc", true},
		{"a*b*c", "axby", false},
	} {
		p, err := parsePattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.matches(c.address); got != c.want {
			t.Errorf("%s and %s: %v, wanted %v", c.pattern, c.address, got, c.want)
		}
	}
	for _, bad := range []string{"", "10.1.0.1/16", "10.1.0.0/33", "a..b", "A.example", "a/b", "**", "a.**.b", "x**.b", "h h", "h;", "[ab]", "{a,b}", "$h", "ä"} {
		if _, err := parsePattern(bad); err == nil && bad != "" {
			t.Errorf("%q is a pattern", bad)
		}
	}
}

// TestSecretsAreReadStrictly: whatever is not plain is an error with its place, and what
// may be a secret is not quoted.
func TestSecretsAreReadStrictly(t *testing.T) {
	good := line("acme", "ssh/deploy", "10.1.0.0/16", "env:KEY")
	for name, c := range map[string]struct{ text, want string }{
		"empty":           {"", "the file is empty"},
		"no list":         {"secrets: 1\n", "wanted a list"},
		"unknown field":   {"secrets: []\nother: 1\n", `2:1: unknown field "other"`},
		"unknown in item": {entries("{client: a, name: k, address: h, source: env:K, port: 1}"), `unknown field "port"`},
		"missing":         {entries("{client: a, name: k, address: h}"), "source is missing"},
		"a number":        {entries("{client: a, name: 5, address: h, source: env:K}"), "name is missing"},
		"any client":      {entries(line("'*'", "k", "h", "env:K")), "wanted one client's name"},
		"doubled":         {entries(good, good), "are in line 2 already"},
		"a password":      {entries(line("a", "k", "h", "hunter2-canary")), "source is none, wanted file:"},
		"relative":        {entries(line("a", "k", "h", "file:key")), "source is none"},
		"two documents":   {entries(good) + "---\n" + entries(good), "2 documents"},
		"alias":           {"secrets: &a [*a]\n", "anchor"},
	} {
		_, err := Read(write(t, t.TempDir(), "secrets.yaml", c.text, 0o600), Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, wanted %q", name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error quotes the secret: %v", name, err)
		}
	}
}

// TestSecretsAreOurs: files that others can reach, or that lie in the repository, are
// refused, the list and the keys alike.
func TestSecretsAreOurs(t *testing.T) {
	dir, repo := t.TempDir(), t.TempDir()
	text := func(key string) string { return entries(line("acme", "k", "h", "file:"+key)) }
	key := write(t, dir, "key", "KEY", 0o600)
	for name, c := range map[string]struct {
		file string
		want string
	}{
		"readable":       {write(t, dir, "a", text(key), 0o644), "run chmod 600"},
		"of the group":   {write(t, dir, "b", text(key), 0o660), "run chmod 600"},
		"in the repo":    {write(t, repo, "c", text(key), 0o600), "lies in the repository"},
		"a folder":       {dir, "wanted a plain file"},
		"too large":      {write(t, dir, "d", strings.Repeat("#", largest+1), 0o600), "at most"},
		"is not there":   {filepath.Join(dir, "none"), "no such file"},
		"linked into it": {link(t, dir, "e", write(t, repo, "f", text(key), 0o600)), "lies in the repository"},
	} {
		if _, err := Read(c.file, Options{Repository: repo}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, wanted %q", name, err, c.want)
		}
	}
	for name, bad := range map[string]string{
		"readable key":    write(t, dir, "k1", "KEY", 0o644),
		"key in the repo": write(t, repo, "k2", "KEY", 0o600),
		"missing key":     filepath.Join(dir, "k3"),
	} {
		b, err := Read(write(t, dir, "list", text(bad), 0o600), Options{Repository: repo})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.For("acme", "k", "h"); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, wanted a refusal", name, err)
		}
	}
}

func link(t *testing.T, dir, name, to string) string {
	t.Helper()
	from := filepath.Join(dir, name)
	if err := os.Symlink(to, from); err != nil {
		t.Fatal(err)
	}
	return from
}

// TestR53SecretsHaveNoText: no way of printing one shows it.
func TestR53SecretsHaveNoText(t *testing.T) {
	s := Secret{Name: "ssh/deploy", Key: []byte("canary-key")}
	all := fmt.Sprintf("%v %+v %#v %s %q %x %d", s, s, s, s, s, s, s) + fmt.Sprintf("%v %+v %#v", &s, &s, []Secret{s})
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	all += string(b)
	for _, canary := range []string{"canary", "63616e617279", "Y2FuYXJ5", "[99 97"} {
		if strings.Contains(all, canary) {
			t.Errorf("%s in %s", canary, all)
		}
	}
}

// TestAnEmptyBookRefuses: somebody without a file has no credential for anybody.
func TestAnEmptyBookRefuses(t *testing.T) {
	if _, err := Empty().For("acme", "k", "h"); !errors.Is(err, ErrRefused) {
		t.Error(err)
	}
}
