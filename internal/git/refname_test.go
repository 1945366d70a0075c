package git

import (
	"os/exec"
	"strings"
	"testing"
)

// isRefName says what git check-ref-format says.
func TestIsRefNameAgreesWithGit(t *testing.T) {
	for _, name := range []string{
		"a", "a/b", "a.b", "a-b", "-a", "a/-b", "\u00e9", "a@b", "@/a", "{", "a@", "a}", "a'b", "a\"b", "a;b", "a$(b)",
		".a", "a/.b", "a.lock", "a.lock/b", "a/", "/a", "a//b", "a b", "a~1", "a^", "a:b", "a?", "*", "a[b", `a\b`, "a.", "a..b", "a@{1}", "a\x7f", "a\tb",
	} {
		want := exec.Command("git", "check-ref-format", "refs/heads/"+name).Run() == nil
		if got := isRefName(name); got != want {
			t.Errorf("%q: %v, git says %v", name, got, want)
		}
	}
}

func TestMapped(t *testing.T) {
	for _, test := range []struct{ spec, name, want string }{
		{"+refs/heads/*:refs/remotes/origin/*", "refs/heads/a/b", "refs/remotes/origin/a/b"},
		{"+refs/heads/*:refs/remotes/origin/*", "refs/tags/a", ""},
		{"+refs/pull/*/head:refs/remotes/origin/pull/*", "refs/pull/7/head", "refs/remotes/origin/pull/7"},
		{"+refs/pull/*/head:refs/remotes/origin/pull/*", "refs/pull/7/merge", ""},
		{"+refs/pull/7/head:refs/remotes/origin/pull/7", "refs/pull/7/head", "refs/remotes/origin/pull/7"},
		{"+refs/pull/7/head:refs/remotes/origin/pull/7", "refs/pull/70/head", ""},
	} {
		got, ok := mapped(test.spec, test.name)
		if ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%s of %s: %q, %v; want %q", test.spec, test.name, got, ok, test.want)
		}
	}
}

// What a child printed is shown without secrets, control characters or advice.
func TestClean(t *testing.T) {
	for said, want := range map[string]string{
		"fatal: unable to access 'https://bob:hunter2@example.org/x?token=hunter2': no\n":    "fatal: unable to access 'https://example.org/x': no",
		"fatal: https://a:hunter2@b@example.org/x#hunter2 \x1b[31m\u202e\n":                  `fatal: https://example.org/x \x1b[31m\u202e`,
		"hint: x\nhint:\nwarning: y\nremote: \nTo https://u:hunter2@example.org\nfatal: z\n": "fatal: z",
		"a\rb\nremote: quoted \"x\"\n": `a; b; remote: quoted "x"`,
		"":                             "",
		strings.Repeat("x", 9999):      strings.Repeat("x", 400) + "...",
	} {
		if got := clean(said); got != want {
			t.Errorf("%q became %q, want %q", said, got, want)
		}
	}
	if got := clean(strings.Repeat("fatal: again\n", 500)); len(got) > 8*30 {
		t.Errorf("%d bytes of one message", len(got))
	}
}
