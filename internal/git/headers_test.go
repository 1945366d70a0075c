package git

import (
	"os"
	"path/filepath"
	"testing"
)

// A CI checkout keeps its token as a header in the clone's configuration: it
// counts for the remote's own host over https, and for no other.
func TestHeadersOfTheRemotesHost(t *testing.T) {
	dir := t.TempDir()
	for url, want := range map[string][]string{
		"https://git.example.org/acme/plans": {"AUTHORIZATION: basic abc"},
		"https://example.com/acme/plans":     nil,
		"http://127.0.0.1/acme/plans":        nil,
		"git@git.example.org:acme/plans":     nil,
	} {
		s := &sandbox{t, filepath.Join(dir, "work")}
		if err := os.MkdirAll(s.dir, 0o755); err != nil {
			t.Fatal(err)
		}
		s.git("init", "-q")
		s.git("config", "remote.origin.url", url)
		s.git("config", "http.https://git.example.org/.extraheader", "AUTHORIZATION: basic abc")
		s.git("config", "http.https://evil.example.org/.extraheader", "evil")
		s.git("config", "http.http://git.example.org/.extraheader", "evil")
		s.git("config", "http.extraheader", "evil")
		c, err := CloneAt(t.Context(), s.dir, "origin", "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.sent(t.Context())
		if err != nil || len(got) != len(want) || len(got) > 0 && (got[0][0] != "http.https://git.example.org/.extraHeader" || got[0][1] != want[0]) {
			t.Errorf("%s: %q, %v, want %q", url, got, err, want)
		}
		if err := os.RemoveAll(s.dir); err != nil {
			t.Fatal(err)
		}
	}
}
