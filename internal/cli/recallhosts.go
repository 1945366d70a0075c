package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/report"
)

// recalled is what a plan installed on a host, and what was there before.
type recalled struct {
	asset  string
	state  progress.HostState
	before []dispatch.Package // sorted; empty: not known
}

// whoHasIt are the hosts on which a plan installed something that is still there, by the
// log, and those that have begun and of which nobody knows what they have.
func whoHasIt(run *progress.Run) []recalled {
	var out []recalled
	for _, asset := range slices.Sorted(maps.Keys(run.Hosts)) {
		h := run.Hosts[asset]
		if h.Attempt == 0 || h.State == progress.RolledBack || h.Outcome == nil && !h.Busy() {
			continue
		}
		if h.State == progress.Failed && h.Outcome != nil && h.Outcome.Step != "" && h.Outcome.Step != dispatch.Installs && h.Outcome.Step != dispatch.Postcheck {
			continue // it never came to the installation
		}
		before := slices.Clone(h.Before())
		slices.SortFunc(before, func(a, b dispatch.Package) int { return cmp.Compare(a.Name, b.Name) })
		out = append(out, recalled{asset, h.State, before})
	}
	return out
}

// tellRecalled lists the hosts that have what was recalled, and what was there before.
func (a *app) tellRecalled(plan string, all []recalled) {
	if len(all) == 0 {
		fmt.Fprintf(a.env.Stdout, "no host has anything of %s, by the log\n", plan)
		return
	}
	fmt.Fprintf(a.env.Stdout, "%s what %s installed, by the log:\n", haveIt(len(all)), plan)
	for _, r := range all {
		was := "what was there before is not known"
		if len(r.before) > 0 {
			was = "before: " + packagesText(r.before)
		}
		fmt.Fprintln(a.env.Stdout, report.Display(fmt.Sprintf("  %s (%s): %s", r.asset, strings.ToLower(string(r.state)), was)))
	}
}

func haveIt(n int) string {
	if n == 1 {
		return "1 host has"
	}
	return report.CountOf(n, "host") + " have"
}

func packagesText(all []dispatch.Package) string {
	var out []string
	for _, p := range all {
		version := p.Version
		if version == "" {
			version = "not installed"
		}
		out = append(out, p.Name+" "+version)
	}
	return strings.Join(out, ", ")
}

// backOut are the documents of the way back: for each set of versions a plan that installs
// them on the hosts that had them. Hosts of which nothing is known, and packages that were
// not there before, are left to people.
func backOut(client, plan string, all []recalled, now time.Time) (map[string][]byte, []string) {
	sets := map[string][]recalled{}
	var left []string
	for _, r := range all {
		if len(r.before) == 0 || slices.ContainsFunc(r.before, func(p dispatch.Package) bool { return p.Version == "" }) {
			left = append(left, r.asset)
			continue
		}
		sets[packagesText(r.before)] = append(sets[packagesText(r.before)], r)
	}
	out := map[string][]byte{}
	for i, key := range slices.Sorted(maps.Keys(sets)) {
		name := shortName(plan, i)
		out[path.Join("plans", client, name+".yaml")] = backOutPlan(client, plan, name, sets[key], now)
	}
	return out, left
}

// shortName is the name of a plan that goes back: names have at most 63 characters.
func shortName(plan string, n int) string {
	suffix := "-back-out"
	if n > 0 {
		suffix += fmt.Sprintf("-%d", n+1)
	}
	return strings.TrimRight(plan[:min(len(plan), 63-len(suffix))], "-") + suffix
}

func backOutPlan(client, plan, name string, hosts []recalled, now time.Time) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# The way back from plan %s, which was recalled: the versions that these hosts had before,\n"+
		"# by the log. The Patch of %s needs withdrawnAt, or its versions count as newer.\n", plan, plan)
	fmt.Fprintf(&b, "apiVersion: patchops.dev/v1alpha1\nkind: PatchPlan\nmetadata:\n  name: %s\n  client: %s\nspec:\n  changeType: normal\n  patches:\n", name, client)
	for _, p := range hosts[0].before {
		fmt.Fprintf(&b, "    - {package: %s, version: %q, severity: high}\n", p.Name, p.Version)
	}
	b.WriteString("  targets:\n    assets:\n")
	for _, h := range hosts {
		fmt.Fprintf(&b, "      - %s\n", h.asset)
	}
	fmt.Fprintf(&b, "  deadline: %q\n  waves:\n", now.UTC().AddDate(0, 0, 14).Format(time.DateOnly))
	if len(hosts) > 1 {
		b.WriteString("    - {name: first, count: 1, maxFailures: 0}\n")
	}
	b.WriteString("    - {name: rest, percent: 100, maxFailures: 0}\n  reboot: ifRequired\n  rollback: {auto: false}\n")
	fmt.Fprintf(&b, "  backoutPlan: Install what plan %s installed.\n  impact: As of plan %s.\n", plan, plan)
	return []byte(b.String())
}

// goBack proposes the way back, or writes it into the working tree.
func (a *app) goBack(ctx context.Context, t *authorisedEnv, who speaker, f holdFlags, name string, all []recalled) error {
	client, plan, _ := strings.Cut(name, "/")
	files, left := backOut(client, plan, all, t.now)
	if len(left) > 0 {
		a.progress("patchops: what to go back to on %s is not known, or was nothing: people must", strings.Join(left, ", "))
	}
	if len(files) == 0 {
		return people("there is nothing to propose")
	}
	if f.write {
		for file := range files {
			if exists(filepath.Join(t.repo.dir, filepath.FromSlash(file))) {
				return usage("%s is there already", file)
			}
		}
		for _, file := range slices.Sorted(maps.Keys(files)) {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(t.repo.dir, filepath.FromSlash(file))), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(t.repo.dir, filepath.FromSlash(file)), files[file], 0o644); err != nil {
				return err
			}
			fmt.Fprintf(a.env.Stdout, "wrote %s\n", file)
		}
		return nil
	}
	var list []git.File
	for _, file := range slices.Sorted(maps.Keys(files)) {
		list = append(list, git.File{Path: file, Mode: "100644", Bytes: files[file]})
		fmt.Fprintf(a.env.Stdout, "proposes %s\n", file)
	}
	return a.propose(ctx, t, who, f.propose, list, "Go back from "+name+"\n\n"+f.reason+"\n")
}
