package git_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/git"
)

// R37, G7: what reaches the git command as an address.
func TestCheckURL(t *testing.T) {
	for _, good := range []string{
		"https://github.com/acme/plans.git", "https://git.example.org:8443/plans", "ssh://git@example.org/plans.git", "ssh://example.org:2222/~/plans",
		"git@github.com:acme/plans.git", "example.org:plans", "file:///srv/plans.git", "/srv/plans.git", "../plans.git", "./a:b", "plans.git",
		"http://127.0.0.1:3000/x", "http://localhost/x", "http://[::1]:80/x", "git://127.0.0.1/x", "/home/ada/my plans", "https://[2001:db8::1]/x", "ssh://git@[2001:db8::1]/x",
	} {
		if err := git.CheckURL(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "-oProxyCommand=touch x", "--upload-pack=x", "ext::sh -c x", "ext::sh", "fd::7", "https::https://example.org/x", "transport::address", "https://bob:hunter2@example.org/x",
		"https://hunter2@example.org/x", "https://hunter2:@example.org/x", "https://u:hunter2%zz@example.org/x", "https://example.org%zz/hunter2", "ssh://u:hunter2@example.org/x",
		"ssh://-oProxyCommand=x/y", "ssh://git@-oProxyCommand=x/y", "-oProxyCommand=x@example.org:y", "git@-oProxyCommand=x:y", "ssh://-x@example.org/y", "git@example.org:-x", "ssh://example.org/-x",
		"ssh://example.org", "git@example.org:", "https://", "https:///x", "https://exa mple.org/x", "https://example.org/x?token=hunter2", "https://example.org/x#hunter2", "https://example.org/a\nb",
		"http://example.org/x", "http://127.0.0.1.example.org/x", "http://10.0.0.1/x", "git://example.org/x", "ftp://example.org/x", "javascript://x/y", "HTTPS2://x/y", "file://example.org/x",
		"file://relative", "https://example.org/\x00", "https://ex\u200bample.org/x", "https://ex\u0430mple.org/x", "https://ex_ample.org/x", "https://example.org;x/", "https://`x`/",
		"u:hunter2@example.org:x", "ssh://u@v@example.org/x", "https://example.org\\@evil.org/x", "/srv/\x1b[31m", strings.Repeat("x", 3000),
	} {
		err := git.CheckURL(bad)
		if !errors.Is(err, git.ErrURL) {
			t.Errorf("%q: %v", bad, err)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the secret is printed: %v", bad, err)
		}
		if _, err := git.CloneAt(t.Context(), filepath.Join(t.TempDir(), "c"), "origin", bad); bad != "" && (!errors.Is(err, git.ErrURL) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("clone of %q: %v", bad, err)
		}
	}
	for _, remote := range []string{"", "-x", "a b", "../x", "a/b", "x.lock", "origin.url"} {
		if _, err := git.CloneAt(t.Context(), t.TempDir(), remote, "/srv/x"); !errors.Is(err, git.ErrURL) {
			t.Errorf("remote %q: %v", remote, err)
		}
	}
}

func TestCheckRef(t *testing.T) {
	for _, good := range []string{"refs/heads/main", "refs/heads/patchops/log/acme/2026", "refs/heads/ada/fix-1.2_3", "refs/heads/a@b"} {
		if err := git.CheckRef(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "main", "refs/heads/", "refs/heads", "refs/tags/x", "refs/heads/../x", "refs/heads/a..b", "refs/heads/.a", "refs/heads/a/.b", "refs/heads/a.lock",
		"refs/heads/a.lock/b", "refs/heads/a/", "refs/heads//a", "refs/heads/a b", "refs/heads/a~1", "refs/heads/a^", "refs/heads/a:b", "refs/heads/a?", "refs/heads/*",
		"refs/heads/a[b", `refs/heads/a\b`, "refs/heads/a.", "refs/heads/@", "refs/heads/a@{1}", "refs/heads/-x", "refs/heads/a/-x", "refs/heads/HEAD", "refs/heads/a\x7f",
		"refs/heads/\u00e9", "refs/heads/a\nb", "+refs/heads/a", "refs/heads/" + strings.Repeat("x", 300), "refs/replace/x", "refs/heads/a\x00",
	} {
		if err := git.CheckRef(bad); !errors.Is(err, git.ErrURL) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	f.Add("https://example.org/x")
	f.Add("git@example.org:x")
	f.Fuzz(func(t *testing.T, url string) {
		if git.CheckURL(url) == nil && (url == "" || url[0] == '-' || strings.ContainsAny(url, "\x00\n") || strings.HasPrefix(url, "ext:")) {
			t.Errorf("%q is allowed", url)
		}
	})
}
