package jobs

import (
	"cmp"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
)

// shareKey is what jobs have in common that differ only in their host.
type shareKey struct {
	plan, profile, patches, have string
	estimate                     spec.Estimate
	minutes                      int64
	reboots                      bool
}

// shared is what they share. Nobody changes it.
type shared struct {
	target   dispatch.Target
	steps    map[dispatch.Segment][]dispatch.Step
	worst    map[dispatch.Segment]int64
	packages []dispatch.Package
	patches  []string
	retry    map[string]progress.Retry
}

// job is what is to be done on an asset. Of a host that has begun it is what the session
// is about, whatever has become known since.
func (c *client) job(p *progress.Plan, read *spec.Plan, w *rollout.Work, run *progress.Run) *progress.Job {
	a := c.assets[w.Asset]
	in := &c.Assets[w.Asset]
	prof := c.profile(a.Value.Get("profile").Text())
	s := c.shareOf(p, read, prof, a, w, sessionOf(run, in.Name))
	j := &progress.Job{
		Asset: in.Name, Index: w.Asset, Target: s.target, Steps: s.steps, Worst: s.worst, Reboots: w.Reboots && len(s.steps[dispatch.Reboot]) > 0,
		Packages: s.packages, Patches: s.patches, Retry: s.retry, Site: a.Value.Get("site").Text(), Relay: a.Value.Get("relay").Text(),
		Group: a.Value.Get("haGroup").Text(), Owner: a.Value.Get("owner").Text(), Profile: a.Value.Get("profile").Text(),
		Selector: strings.Join([]string{a.Value.Get("os").Text(), a.Value.Get("role").Text(), a.Value.Get("profile").Text()}, "/"),
	}
	j.Target.Client, j.Target.Asset = c.Name, in.Name
	if j.Target.Type != "local" {
		j.Target.Address = otherwise(a.Value.Get("address").Text(), in.Name)
	}
	if len(s.steps[dispatch.Install]) == 0 {
		c.block(w, prof, a)
	}
	return j
}

// block keeps work from being planned that nothing says how to do.
func (c *client) block(w *rollout.Work, prof *profile, a *spec.Asset) {
	by := a.List.String()
	if prof != nil {
		by = "ExecutorProfile/_/" + prof.name
	}
	w.Blocks = append(slices.Clone(w.Blocks), rollout.Block{
		Code: rollout.Held, By: by, Path: "spec.steps.install", Text: "declare steps.install in the profile, or a package manager with built-in steps: apt, dnf or yum",
	})
}

// session is the packages of a session that has begun, by name; begun without any is one of
// which nobody said what was there before.
type session struct {
	begun bool
	names []string
}

func sessionOf(run *progress.Run, asset string) session {
	if run == nil || run.Hosts[asset] == nil || !begun(run, run.Hosts[asset]) {
		return session{}
	}
	return session{true, run.Hosts[asset].Session()}
}

func (c *client) shareOf(p *progress.Plan, read *spec.Plan, prof *profile, a *spec.Asset, w *rollout.Work, s session) *shared {
	key := shareKey{plan: p.Name, patches: strings.Join(w.Patches, "\x00"), have: c.have(a, w.Patches), minutes: w.Minutes, reboots: w.Reboots}
	switch {
	case len(s.names) > 0:
		key.have = "session\x00" + strings.Join(s.names, "\x00")
	case s.begun:
		key.have += "begun"
	}
	if prof != nil {
		key.profile, key.estimate = prof.name, prof.EstimateOf(a.Value)
	}
	if s := c.shared[key]; s != nil {
		return s
	}
	if prof == nil {
		prof = &profile{Profile: &spec.Profile{}}
	}
	out := c.share(p, read, prof, a, w, s, key)
	c.shared[key] = out
	return out
}

func (c *client) share(p *progress.Plan, read *spec.Plan, prof *profile, a *spec.Asset, w *rollout.Work, s session, key shareKey) *shared {
	out := &shared{target: prof.target, patches: w.Patches, retry: prof.retry, packages: c.packages(prof, a, w.Patches)}
	if s.begun && len(out.packages) == 0 {
		out.packages = sorted(c.wanted(prof, w.Patches))
	}
	if len(s.names) > 0 {
		out.packages = slices.DeleteFunc(sorted(c.wanted(prof, w.Patches)), func(x dispatch.Package) bool { return !slices.Contains(s.names, x.Name) })
	}
	if read != nil && read.Manual {
		out.target.Type = "manual"
	}
	if out.worst = c.worst(key, w); out.target.Type == "manual" { // all of it is one task
		out.worst[dispatch.Install], out.worst[dispatch.Reboot], out.worst[dispatch.Verify] = w.Minutes*60, 0, 0
	}
	m := maker{plan: p, profile: prof, target: &out.target, packages: out.packages, estimate: key.estimate, worst: out.worst, back: c.goesBack(a, out.packages)}
	out.steps = m.steps()
	return out
}

// have is which versions an asset has of the packages that some patches bring.
func (c *client) have(a *spec.Asset, patches []string) string {
	var out strings.Builder
	for _, name := range patches {
		p := c.patch(name)
		if p == nil {
			continue
		}
		for i := range p.Packages {
			version, known := c.version(a, p.Packages[i].Name)
			out.WriteString(version)
			if known {
				out.WriteByte(1)
			}
			out.WriteByte(0)
		}
	}
	return out.String()
}

// version is which version of a package is on an asset, and whether anything is known of
// it: by the newer of a fact and the documents. "" is none, or none in order.
func (c *client) version(a *spec.Asset, name string) (version string, known bool) {
	said := a.Value.Get("packages").Get(name)
	fact, recorded := c.facts[c.Name+"/"+a.Name][name]
	if recorded && c.options.Declared != nil && a.Value.Get("packages") != nil {
		recorded = fact.At >= c.options.Declared(a.File)
	}
	switch {
	case recorded && fact.Broken:
		return "", true
	case recorded:
		return fact.Version, true
	case said != nil:
		return said.Text(), true
	}
	return "", a.Value.Get("packages") != nil
}

// packages are what some patches bring: of what is known to be on the asset only what is
// older. Where nothing that they bring is there, all of it is. What a plan names itself is
// installed as it says, be it older.
func (c *client) packages(prof *profile, a *spec.Asset, patches []string) []dispatch.Package {
	wanted := c.wanted(prof, patches)
	present := false
	for name := range wanted {
		version, known := c.version(a, name)
		present = present || known && version != ""
	}
	for name, w := range wanted {
		version, known := c.version(a, name)
		absent := known && version == "" && present && !c.broken(a, name)
		if absent || !w.exact && satisfied(w.Package, version) {
			delete(wanted, name)
		}
	}
	return sorted(wanted)
}

// want is a package that is wanted, exactly where a plan names it itself.
type want struct {
	dispatch.Package
	exact bool
}

// wanted are the packages that some patches bring, each at its highest version.
func (c *client) wanted(prof *profile, patches []string) map[string]want {
	out := map[string]want{}
	for _, name := range patches {
		p := c.patch(name)
		if p == nil {
			continue
		}
		for i := range p.Packages {
			w := want{dispatch.Package{Name: p.Packages[i].Name, Version: p.Packages[i].Version, Scheme: string(p.Packages[i].Scheme)}, p.Inline}
			if w.Scheme == "" {
				w.Scheme = string(spec.DefaultScheme(prof.Manager))
			}
			old, twice := out[w.Name]
			exact := w.exact || old.exact
			if twice && !newer(w.Package, old.Package) {
				w = old
			}
			w.exact = exact
			out[w.Name] = w
		}
	}
	return out
}

func sorted(wanted map[string]want) []dispatch.Package {
	var out []dispatch.Package
	for _, w := range wanted {
		out = append(out, w.Package)
	}
	slices.SortFunc(out, func(a, b dispatch.Package) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// goesBack says whether a package is known to be newer on an asset than it is to be.
func (c *client) goesBack(a *spec.Asset, packages []dispatch.Package) bool {
	return slices.ContainsFunc(packages, func(w dispatch.Package) bool {
		version, known := c.version(a, w.Name)
		return known && version != "" && version != w.Version && satisfied(w, version)
	})
}

func (c *client) broken(a *spec.Asset, name string) bool {
	return c.facts[c.Name+"/"+a.Name][name].Broken
}

func newer(a, b dispatch.Package) bool {
	ok, err := spec.Satisfies(spec.Scheme(a.Scheme), a.Version, b.Version)
	return err == nil && ok
}

func satisfied(w dispatch.Package, version string) bool {
	if version == "" {
		return false
	}
	ok, err := spec.Satisfies(spec.Scheme(w.Scheme), version, w.Version)
	return err == nil && ok
}

// worst is how long each segment takes at most: together as long as the session that was
// planned. The recovery reserve is in what comes last.
func (c *client) worst(key shareKey, w *rollout.Work) map[dispatch.Segment]int64 {
	install := key.estimate.Install
	var sum int64
	for _, name := range w.Patches {
		if p := c.patch(name); p != nil {
			sum += p.Estimate
		}
	}
	install = max(install, sum)
	rest := w.Minutes*60 - install
	if w.Reboots {
		rest -= key.estimate.Reboot
	}
	return map[dispatch.Segment]int64{
		dispatch.Install: install, dispatch.Reboot: key.estimate.Reboot, dispatch.Verify: max(0, rest),
		dispatch.Rollback: max(install, key.estimate.Reserve),
	}
}

// inlineOf is what a plan says inline, by the name of the patch that it stands for.
func inlineOf(name string) (spec.PlanPatch, bool) {
	pkg, version, ok := strings.Cut(name, "=")
	return spec.PlanPatch{Package: pkg, Version: version}, ok && pkg != ""
}
