package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/notify"
)

// rollouts is how hosts are reached and people told; nil for a command that only
// merges.
func (a *app) rollouts(e *authorityEnv, flags runFlags, w *watcher) (*controller.Rollouts, error) {
	if w == nil || flags.dryRun || flags.onlyMerge {
		return nil, nil
	}
	out := &controller.Rollouts{
		Secrets: filepath.Join(e.folder, "secrets.yaml"), KnownHosts: filepath.Join(e.folder, "known_hosts"),
		AcceptNewHostKeys: flags.acceptNew, Watch: w.watch, Wrap: a.env.Hosts,
	}
	for _, given := range []struct {
		flag, value string
		into        *string
	}{{"--secrets", flags.secrets, &out.Secrets}, {"--known-hosts", flags.known, &out.KnownHosts}} {
		if given.value == "" {
			continue
		}
		*given.into = a.absolute(given.value)
		if info, err := os.Stat(*given.into); err != nil {
			return nil, usage("%s: %w", given.flag, err)
		} else if info.IsDir() {
			return nil, usage("%s %q is a folder, wanted a file", given.flag, given.value)
		}
	}
	if flags.allowLocal != "" {
		out.AllowLocal = a.absolute(flags.allowLocal)
		if info, err := os.Stat(out.AllowLocal); err != nil || !info.IsDir() {
			return nil, usage("--allow-local %q is no folder", flags.allowLocal)
		}
	}
	var err error
	out.Notify, err = routes(filepath.Join(e.folder, "notify.json"))
	return out, err
}

// routes are where notices go; none without the file.
func routes(file string) (notify.Routes, error) {
	b, err := readOwn(file, 0o077)
	if errors.Is(err, fs.ErrNotExist) {
		return notify.Routes{}, nil
	}
	if err != nil {
		return notify.Routes{}, fmt.Errorf("where notices go: %w", err)
	}
	r, err := notify.Parse(b)
	if err != nil {
		return notify.Routes{}, fmt.Errorf("where notices go, %s: %w", file, err)
	}
	return r, nil
}
