package cli

import (
	"embed"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/estate"
)

// labFiles are the documents of the demo's laboratory: six hosts that are folders of this
// machine, and a plan for them.
//
//go:embed lab
var labFiles embed.FS

// labPlan is the file of the plan, which is proposed as a change.
const labPlan = "plans/nordwind-lab/agent.yaml"

// labDocuments are the files of the laboratory, with dates around an instant. Plain hosts
// are those of a machine without dpkg.
func labDocuments(now time.Time, plain bool) (map[string][]byte, error) {
	day := func(days int) string { return now.UTC().AddDate(0, 0, days).Format(time.DateOnly) }
	dates := strings.NewReplacer("@BEFORE@", day(-30), "@AFTER@", day(30), "@NEXTYEAR@", day(365))
	out := map[string][]byte{}
	err := fs.WalkDir(labFiles, "lab", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := labFiles.ReadFile(name)
		out[strings.TrimPrefix(name, "lab/")] = []byte(dates.Replace(string(b)))
		return err
	})
	if plain {
		out["rules/lab.yaml"] = out["plain/lab.yaml"]
	}
	delete(out, "plain/lab.yaml")
	delete(out, "plain/agent")
	return out, err
}

// plainHosts makes hosts where there is no dpkg: folders with a version and a program
// that changes it.
func plainHosts(folder string, names []string) error {
	agent, err := labFiles.ReadFile("lab/plain/agent")
	if err != nil {
		return err
	}
	for _, name := range names {
		host := filepath.Join(folder, filepath.FromSlash(name))
		if err := writeFiles(host, map[string][]byte{"version": []byte("1.0\n"), "history": nil}); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(host, "agent"), agent, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// plainState is what such a host says of itself.
func plainState(host string) (version, state string, times int, err error) {
	v, err := os.ReadFile(filepath.Join(host, "version"))
	if err != nil {
		return "", "", 0, err
	}
	h, err := os.ReadFile(filepath.Join(host, "history"))
	return strings.TrimSpace(string(v)), "ii", strings.Count(string(h), "1.1\n"), err
}

// labPackages are the agent as the hosts have it, and the update: it chokes on what one
// of them still has from long ago, as updates do. Where there is a file etc/agent.slow it
// says so by etc/agent.busy, and takes until that file is gone.
func labPackages() []estate.Deb {
	update := estate.Good("demo-agent", "1.1")
	update.Postinst = "if test -e \"$DPKG_ROOT/etc/agent.slow\"; then\n\t: >\"$DPKG_ROOT/etc/agent.busy\"\n\twhile test -e \"$DPKG_ROOT/etc/agent.slow\"; do\n\t\tsleep 0.1\n\tdone\nfi\nif test -e \"$DPKG_ROOT/etc/agent.bad\"; then\n\techo 'demo-agent: agent.bad: unknown setting \"speed\"' >&2\n\texit 1\nfi"
	return []estate.Deb{estate.Good("demo-agent", "1.0"), update}
}
