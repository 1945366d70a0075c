package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/trust"
	"github.com/patchops/patchops/internal/wal"
)

// TestStatusOf: integrity stops before all else, and what may pass later says so.
func TestStatusOf(t *testing.T) {
	for status, list := range map[int][]error{
		exitIntegrity: {resultlog.ErrIntegrity, trust.ErrRoot, wal.ErrCorrupt, git.ErrRewound, errors.Join(git.ErrRace, trust.ErrRoot)},
		exitRetry:     {git.ErrRace, git.ErrRemote, controller.ErrMoved, controller.ErrLater, change.ErrRemote},
		exitUsage:     {git.ErrURL},
		exitError:     {git.ErrRefused, errMode, errors.New("x")},
	} {
		for _, err := range list {
			if got := statusOf(fmt.Errorf("run: %w", err)); got != status {
				t.Errorf("%v: status %d, wanted %d", err, got, status)
			}
		}
	}
}

func TestConfigOf(t *testing.T) {
	dir := t.TempDir()
	write := func(content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "patchops.yaml"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const good = "apiVersion: patchops.dev/v1alpha1\nkind: Config\nmetadata: {name: patchops}\nspec: {repositoryId: 0123456789abcdef, mainBranch: trunk}\n"
	for content, want := range map[string]string{
		"": "", good: "0123456789abcdef", "a: &a [*a]": "", "\xff": "", good + strings.Repeat("#", largestConfig): "",
		"kind: Config\nspec: {repositoryId: x}\n": "",
	} {
		write(content)
		if got := configOf(os.DirFS(dir)); got.RepositoryID != want || want != "" && got.MainBranch != "trunk" {
			t.Errorf("%.30q: %q, wanted %q", content, got.RepositoryID, want)
		}
	}
}

func TestFolders(t *testing.T) {
	for _, c := range []struct {
		env         map[string]string
		file, state string
	}{
		{map[string]string{"HOME": "/h"}, "/h/.config/patchops/id", "/h/.local/state/patchops/id"},
		{map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"}, "/c/patchops/id", "/s/patchops/id"},
		{map[string]string{"HOME": "/h", "XDG_CONFIG_HOME": "relative"}, "/h/.config/patchops/id", "/h/.local/state/patchops/id"},
		{map[string]string{}, "", ""},
	} {
		a := &app{env: Env{Dir: "/d", Getenv: func(name string) string { return c.env[name] }}}
		e := &authorityEnv{id: "id"}
		if err := a.folders(e); (err == nil) != (c.file != "") || err == nil && (e.folder != c.file || e.state != c.state) {
			t.Errorf("%v: %s, %s, %v", c.env, e.folder, e.state, err)
		}
	}
}

// TestReadOwn: what others can reach is refused, and nothing but a small file is
// read.
func TestReadOwn(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "log.key")
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o666: false, 0o601: false} {
		if err := os.WriteFile(file, []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		b, err := readOwn(file, 0o077)
		if (err == nil) != ok || err != nil && (!errors.Is(err, errMode) || len(b) > 0) {
			t.Errorf("%o: %q, %v", mode, b, err)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := readOwn(dir, 0); err == nil {
		t.Error("a folder is read")
	}
	if err := os.WriteFile(file, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readOwn(file, 0); err == nil {
		t.Error("2 MiB are read")
	}
}

// TestWriteOwn: a file is there whole, with its mode, and nothing else is left.
func TestWriteOwn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	for _, content := range []string{"one", "two"} {
		if err := writeOwn(filepath.Join(dir, "f"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := readOwn(filepath.Join(dir, "f"), 0o077)
		if err != nil || string(b) != content {
			t.Errorf("%q, %v", b, err)
		}
	}
	if err := writeOwn(dir, nil, 0o600); err == nil {
		t.Error("a file took the place of a folder")
	}
	list, err := os.ReadDir(dir)
	info, statErr := os.Stat(dir)
	if err != nil || statErr != nil || len(list) != 1 || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v, %v", list, err, statErr)
	}
}
