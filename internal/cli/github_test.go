package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/trust"
)

// R37, R55: the credential goes to the forge's own host and to no other remote.
func TestForgeOfRemote(t *testing.T) {
	const enterprise = "https://ghe.example.com"
	for _, test := range []struct{ remote, server, repository, api string }{
		{"https://github.com/acme/plans.git", "", "acme/plans", ""},
		{"https://github.com/acme/plans", enterprise, "acme/plans", ""},
		{"https://ghe.example.com/acme/plans/", enterprise, "acme/plans", enterprise},
		{"https://ghe.example.com/acme/plans", "", "", ""},
		{"https://ghe.example.com:8443/acme/plans", enterprise, "", ""},
		{"https://ghe.example.com/acme/plans", "http://ghe.example.com", "", ""},
		{"https://github.com.evil.example/acme/plans", enterprise, "", ""},
		{"https://evil.example/github.com/acme/plans", "", "", ""},
		{"http://github.com/acme/plans", "", "", ""},
		{"https://ada@github.com/acme/plans", "", "", ""},
		{"ssh://git@github.com/acme/plans", "", "", ""},
		{"git@github.com:acme/plans", "", "", ""},
		{"/srv/plans.git", "", "", ""},
		{"", "", "", ""},
	} {
		got, ok := forgeOfRemote(test.remote, test.server)
		if ok != (test.repository != "") || ok && (got.Repository != test.repository || got.API != test.api) {
			t.Errorf("%s on %q: %+v %v, wanted %q at %q", test.remote, test.server, got, ok, test.repository, test.api)
		}
	}
}

// The app counts before a token; half of it is a mistake, not the token instead.
func TestGitHubCredentials(t *testing.T) {
	const pem = "-----BEGIN RSA PRIVATE KEY-----\n"
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, []byte(pem), 0o600); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(t.TempDir(), "open.pem")
	if err := os.WriteFile(open, []byte(pem), 0o644); err != nil { //nolint:gosec // too open on purpose
		t.Fatal(err)
	}
	for what, test := range map[string]struct {
		env   map[string]string
		token string
		app   int64
		fails bool
	}{
		"none":            {map[string]string{}, "", 0, true},
		"token":           {map[string]string{tokenVariable: "t"}, "t", 0, false},
		"app, key":        {map[string]string{appVariable: "7", keyVariable: pem, tokenVariable: "t"}, "", 7, false},
		"app, file":       {map[string]string{appVariable: "7", keyVariable: file}, "", 7, false},
		"app, open file":  {map[string]string{appVariable: "7", keyVariable: open}, "", 0, true},
		"app, no file":    {map[string]string{appVariable: "7", keyVariable: file + "x"}, "", 0, true},
		"app without key": {map[string]string{appVariable: "7", tokenVariable: "t"}, "", 0, true},
		"key without app": {map[string]string{keyVariable: pem, tokenVariable: "t"}, "", 0, true},
		"exchanged":       {map[string]string{appVariable: pem, keyVariable: "7"}, "", 0, true},
		"app is a name":   {map[string]string{appVariable: "patchops", keyVariable: pem}, "", 0, true},
	} {
		a := &app{env: Env{Dir: t.TempDir(), Getenv: func(name string) string { return test.env[name] }}}
		o, err := a.githubOptions(trust.Forge{Repository: "acme/plans"})
		if (err != nil) != test.fails || err == nil && (o.Token != test.token || o.AppAuth != test.app || test.app != 0 && string(o.Key) != pem) {
			t.Errorf("%s: %q %d %v", what, o.Token, o.AppAuth, err)
		}
		if err != nil && strings.Contains(err.Error(), "BEGIN") {
			t.Errorf("%s: the key is in %v", what, err)
		}
	}
}
