package spec

import (
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/window"
)

// Patch is a Patch, or what a plan says inline. Instants are seconds since
// 1970-01-01T00:00:00Z, 0 for none; bare dates are read in UTC.
type Patch struct {
	Name       string // of an inline one "package=version"
	Inline     bool
	Released   int64 // 0 for an inline one
	Severity   string
	CVEs, CVSS []string
	KEV        bool  // listed as exploited
	KEVAdded   int64 // since when
	EPSS       int   // thousandths
	SSVC       *SSVC // nil: not known
	Packages   []PatchPackage
	AppliesTo  *Selector
	Supersedes []string
	Withdrawn  int64
	Restart    string // none, service or system; "" for an inline one
	Bytes      int64
	Estimate   int64  // seconds
	Review     string // of vendorReview: pending, passed, failed; "" for none
}

// SSVC are the decision points of a patch.
type SSVC struct {
	Automatable bool
	Impact      string // partial or total
}

// PatchPackage is a package at the version that a patch brings.
type PatchPackage struct {
	Name, Version string
	Scheme        Scheme // "": as the host's profile says
}

// ReadPatch reads a Patch by the root of its document.
func ReadPatch(root *document.Value) *Patch {
	s := root.Get("spec")
	kev, ssvc := s.Get("kev"), s.Get("ssvc")
	p := &Patch{
		Name: root.Get("metadata").Get("name").Text(), Released: second(s.Get("releasedAt"), "", window.From),
		Severity: s.Get("severity").Text(), CVEs: texts(s.Get("cves")), CVSS: texts(s.Get("cvss")),
		KEV: kev != nil, KEVAdded: second(kev.Get("addedAt"), "", window.From), EPSS: int(whole(s.Get("epss"), 0)),
		AppliesTo: selectorOf(s.Get("appliesTo")), Supersedes: texts(s.Get("supersedes")),
		Withdrawn: second(s.Get("withdrawnAt"), "", window.From), Restart: s.Get("restart").Text(),
		Bytes: whole(s.Get("sizeBytes"), 0), Estimate: seconds(s.Get("estimate")), Review: s.Get("vendorReview").Get("state").Text(),
	}
	if ssvc != nil {
		automatable := ssvc.Get("automatable")
		p.SSVC = &SSVC{automatable != nil && automatable.Bool, ssvc.Get("impact").Text()}
	}
	packages := s.Get("packages").Elements()
	for i := range packages {
		v := &packages[i]
		p.Packages = append(p.Packages, PatchPackage{v.Get("name").Text(), v.Get("version").Text(), Scheme(v.Get("scheme").Text())})
	}
	return p
}

// InlinePatch is the patch that a plan describes inline.
func InlinePatch(p PlanPatch) *Patch {
	return &Patch{
		Name: p.Package + "=" + p.Version, Inline: true, Severity: p.Severity,
		Packages: []PatchPackage{{Name: p.Package, Version: p.Version}},
	}
}

// AppliesToAsset reports whether a patch can apply to an asset: its appliesTo
// decides, else whether the asset has one of its packages. Of an asset that says
// nothing of its packages nothing is known, so the patch applies. One that says
// neither applies to nothing.
func (p *Patch) AppliesToAsset(asset *document.Value, f Facets) bool {
	if p.AppliesTo != nil {
		return p.AppliesTo.Matches(f)
	}
	installed := asset.Get("packages")
	if installed == nil {
		return len(p.Packages) > 0
	}
	for i := range p.Packages {
		if installed.Get(p.Packages[i].Name) != nil {
			return true
		}
	}
	return false
}

// InstalledOn reports whether an asset has all that a patch brings: every
// package of it that the asset has is at its version or newer, and it has at
// least one. Versions that cannot be compared are not known to be installed.
func (p *Patch) InstalledOn(asset *document.Value, manager string) bool {
	installed, some := asset.Get("packages"), false
	for i := range p.Packages {
		w := &p.Packages[i]
		have := installed.Get(w.Name).Text()
		if have == "" {
			continue
		}
		scheme := w.Scheme
		if scheme == "" {
			scheme = DefaultScheme(manager)
		}
		if ok, err := Satisfies(scheme, have, w.Version); err != nil || !ok {
			return false
		}
		some = true
	}
	return some
}

// Estimate is how long the steps of a session take, in seconds.
type Estimate struct{ Install, Reboot, Postcheck, Reserve int64 }

// Profile is an ExecutorProfile, as far as planning needs it.
type Profile struct {
	Manual   bool   // technicians do it
	Manager  string // of packages; "" unknown
	Estimate Estimate
}

// ReadProfile reads an ExecutorProfile by its root.
func ReadProfile(root *document.Value) *Profile {
	s := root.Get("spec")
	return &Profile{
		Manual: s.Get("type").Text() == "manual", Manager: s.Get("package").Text(),
		Estimate: Estimate{}.with(s.Get("estimate")),
	}
}

// EstimateOf is the estimate of an asset: what it says itself, the rest as its
// profile says.
func (p *Profile) EstimateOf(asset *document.Value) Estimate {
	return p.Estimate.with(asset.Get("estimate"))
}

func (e Estimate) with(v *document.Value) Estimate {
	take := func(name string, into *int64) {
		if field := v.Get(name); field != nil {
			*into = seconds(field)
		}
	}
	take("install", &e.Install)
	take("reboot", &e.Reboot)
	take("postcheck", &e.Postcheck)
	take("recoveryReserve", &e.Reserve)
	return e
}
