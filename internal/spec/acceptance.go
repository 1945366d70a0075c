package spec

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/window"
)

// Acceptance is a RiskAcceptance: what risk was accepted, and until when. A
// list that is empty was not written.
type Acceptance struct {
	ID       finding.Identity
	Findings []string // ids it waives; without, it excepts work and waives nothing
	Assets   []string
	Patches  []string
	CVEs     []string
	Owner    string
	// From and Until are the instants it begins, inclusive, and ends, exclusive:
	// a bare date is the whole day in the client's zone. A zero Until is one that
	// could not be read: such an acceptance has always ended.
	From, Until time.Time
}

// ParseAcceptance reads a RiskAcceptance of a client in a time zone ("" for
// UTC).
func ParseAcceptance(doc *document.Document, zone string) Acceptance {
	spec := doc.Root.Get("spec")
	scope := spec.Get("scope")
	a := Acceptance{
		ID: doc.ID, Owner: spec.Get("owner").Text(),
		Findings: texts(scope.Get("findings")), Assets: texts(scope.Get("assets")),
		Patches: texts(scope.Get("patches")), CVEs: texts(scope.Get("cves")),
	}
	var err error
	if a.Until, err = window.Instant(spec.Get("expires").Text(), zone, string(window.Until)); err != nil {
		a.Until = time.Time{}
	}
	if approved := spec.Get("approvedAt"); approved != nil {
		if a.From, err = window.Instant(approved.Text(), zone, string(window.From)); err != nil {
			a.Until = time.Time{}
		}
	}
	return a
}

// Live reports whether the acceptance has not ended at an instant.
func (a Acceptance) Live(asOf time.Time) bool { return asOf.Before(a.Until) }

// EndsWithin reports whether a live acceptance ends within a time.
func (a Acceptance) EndsWithin(asOf time.Time, d time.Duration) bool {
	return a.Live(asOf) && !a.Until.After(asOf.Add(d))
}

// Waives reports whether the acceptance waives a finding, given nothing of the
// document but the finding: one that is narrowed to assets, patches or CVEs
// waives only findings about a Patch it names. See WaivesIn.
func (a Acceptance) Waives(f finding.Finding, asOf time.Time) bool {
	return a.WaivesIn(f, nil, asOf)
}

// WaivesIn reports whether the acceptance waives a finding about a document
// with that root: its id is named, the document is of the acceptance's client,
// and the acceptance has begun and not ended. Where assets, patches or cves are
// given, everything of that kind that the finding is about must be named, and
// it must be about something. A finding about a RiskAcceptance is never waived,
// so none lifts its own limits.
func (a Acceptance) WaivesIn(f finding.Finding, root *document.Value, asOf time.Time) bool {
	if !slices.Contains(a.Findings, f.ID) || a.ID.Client == "" || f.Document.Client != a.ID.Client || f.Document.Kind == a.ID.Kind {
		return false
	}
	if asOf.Before(a.From) || !a.Live(asOf) {
		return false
	}
	s := subject{f, root}
	return within(a.Assets, s.assets) && within(a.Patches, s.patches) && within(a.CVEs, s.cves)
}

// within reports whether a list that narrows holds all of what it is about.
func within(list []string, about func() []string) bool {
	if len(list) == 0 {
		return true
	}
	names := about()
	return len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(list, n) })
}

// subject is what a finding is about. An empty name is something that cannot be
// named, which no list holds.
type subject struct {
	finding.Finding
	root *document.Value
}

// assets are the asset that the path leads through: an entry of an AssetList,
// or a name in a list of assets or members.
func (s subject) assets() []string {
	if asset := s.element("spec.assets"); asset != nil {
		return []string{asset.Get("name").Text()}
	}
	for _, list := range []string{"spec.targets.assets", "spec.members"} {
		if name := s.element(list); name != nil {
			return []string{name.Text()}
		}
	}
	return nil
}

// patches are the Patch itself, or those of a plan: the one that the path leads
// to, else all of them.
func (s subject) patches() []string {
	switch s.Document.Kind {
	case "Patch":
		return []string{s.Document.Name}
	case "PatchPlan":
		if patch := s.element("spec.patches"); patch != nil {
			return []string{patch.Text()}
		}
		var all []string
		for i := range s.root.Get("spec").Get("patches").Elements() {
			all = append(all, s.root.Get("spec").Get("patches").Items[i].Text())
		}
		if s.root.Get("spec").Get("bundles") != nil {
			all = append(all, "")
		}
		return all
	}
	return nil
}

func (s subject) cves() []string {
	if s.Document.Kind != "Patch" {
		return nil
	}
	return texts(s.root.Get("spec").Get("cves"))
}

// element is the element of a list that the finding's path leads through.
func (s subject) element(list string) *document.Value {
	rest, ok := strings.CutPrefix(s.Path, list+"[")
	digits, _, closed := strings.Cut(rest, "]")
	i, err := strconv.Atoi(digits)
	if !ok || !closed || err != nil || i < 0 || s.root == nil {
		return nil
	}
	v := s.root
	for name := range strings.SplitSeq(list, ".") {
		v = v.Get(name)
	}
	if elements := v.Elements(); i < len(elements) {
		return &elements[i]
	}
	return nil
}
