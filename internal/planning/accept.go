package planning

import (
	"slices"

	"github.com/patchops/patchops/internal/spec"
)

// acceptance is a RiskAcceptance that excepts work now.
type acceptance struct {
	spec.Acceptance
	assets    map[string]bool // nil: all
	endsOnKEV bool            // as soon as a patch is listed as exploited
}

// readAcceptances reads what risk the client accepted: acceptances that have
// begun and not ended, and that do not name findings, by name. One that
// names nothing at all excepts nothing.
func (c *client) readAcceptances() {
	for _, name := range c.view.Names("RiskAcceptance", c.name) {
		root := c.view.Document("RiskAcceptance", c.name, name)
		if root == nil {
			continue
		}
		a := acceptance{Acceptance: spec.ParseAcceptance(c.corpus.Entry(identity("RiskAcceptance", c.name, name)).Document(), c.zone)}
		c.turns(a.From.Unix())
		c.turns(a.Until.Unix())
		if len(a.Findings) > 0 || len(a.Assets)+len(a.Patches)+len(a.CVEs) == 0 ||
			c.options.AsOf.Before(a.From) || !a.Live(c.options.AsOf) {
			continue
		}
		onKEV := root.Get("spec").Get("expireOnKEV")
		a.endsOnKEV = onKEV != nil && onKEV.Bool
		if a.endsOnKEV && c.endedByKEV(&a) {
			continue
		}
		if len(a.Assets) > 0 {
			a.assets = map[string]bool{}
			for _, asset := range a.Assets {
				a.assets[asset] = true
			}
		}
		c.accepted = append(c.accepted, a)
	}
}

// endedByKEV reports whether a patch that the acceptance is for, by its name or
// by a vulnerability, is listed as exploited.
func (c *client) endedByKEV(a *acceptance) bool {
	for _, name := range c.catalogue.names {
		p := c.catalogue.patches[name]
		if p == nil || !c.exploited(p) {
			continue
		}
		byCVE := len(a.Patches) == 0 && slices.ContainsFunc(p.CVEs, func(cve string) bool { return slices.Contains(a.CVEs, cve) })
		if byCVE || slices.Contains(a.Patches, name) {
			return true
		}
	}
	return false
}

func (c *client) exploited(p *spec.Patch) bool { return p.KEV && p.KEVAdded <= c.asOf }

// excepts reports whether the acceptance takes a patch out of an asset's work. One
// that names vulnerabilities takes only patches all of whose it names.
func (c *client) excepts(a *acceptance, p *spec.Patch) bool {
	switch {
	case a.endsOnKEV && c.exploited(p),
		len(a.Patches) > 0 && !slices.Contains(a.Patches, p.Name),
		len(a.CVEs) > 0 && len(p.CVEs) == 0:
		return false
	}
	return len(a.CVEs) == 0 || !slices.ContainsFunc(p.CVEs, func(cve string) bool { return !slices.Contains(a.CVEs, cve) })
}
