// Package risk scores work and says when it is due, by integers that people
// publish (docs/guides/risk.md).
//
// It does not know which work there is, nor when it is done. It reads policies
// that satisfy their schema, and takes whatever else counts as plain values.
package risk

import (
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/spec"
)

// Most is the highest risk; the lowest is 0.
const Most = 1000

// Policy is a RiskPolicy: what each term of a score is worth. No term is
// negative.
type Policy struct {
	Severity      [6]int // by spec.Level; 0 for a severity that is not known
	Exploited     int
	LikelihoodMax int
	Internal      int // exposure; also where an asset does not say
	Controlled    int
	Public        int
	Criticality   []int // by tier; a tier beyond it, or none, is worth nothing
	PerIncident   int
	RecurrenceMax int
	StabilityMax  int
}

// Default is the policy where no RiskPolicy is declared.
func Default() Policy {
	return Policy{
		Severity: [6]int{0, 0, 60, 150, 280, 400}, Exploited: 200, LikelihoodMax: 100,
		Controlled: 40, Public: 100, Criticality: []int{150, 100, 50, 0},
		PerIncident: 20, RecurrenceMax: 100, StabilityMax: 50,
	}
}

// ReadPolicy reads a RiskPolicy by its root; nil gives the default.
func ReadPolicy(root *document.Value) Policy {
	s := root.Get("spec")
	if s == nil {
		return Default()
	}
	p := Policy{
		Exploited: points(s, "exploited"), LikelihoodMax: points(s, "likelihoodMax"),
		Internal: points(s, "exposure", "internal"), Controlled: points(s, "exposure", "controlled"), Public: points(s, "exposure", "public"),
		PerIncident: points(s, "recurrence", "perIncident"), RecurrenceMax: points(s, "recurrence", "max"),
		StabilityMax: points(s, "stability", "max"),
	}
	for _, severity := range []string{"none", "low", "medium", "high", "critical"} {
		p.Severity[spec.Level(severity)] = points(s, "severity", severity)
	}
	tiers := s.Get("criticality").Elements()
	for i := range tiers {
		p.Criticality = append(p.Criticality, bounded(tiers[i].Int))
	}
	return p
}

func points(v *document.Value, path ...string) int {
	for _, key := range path {
		v = v.Get(key)
	}
	if v == nil || v.Kind != document.Int {
		return 0
	}
	return bounded(v.Int)
}

func bounded(n int64) int { return int(max(0, min(n, Most))) }

// Work is what is scored: one patch on one asset.
type Work struct {
	Severity  string
	Exploited bool   // listed as exploited
	EPSS      int    // thousandths, 0 to 1000
	Exposure  string // internal, controlled, public or ""
	Tier      int    // -1: none
	Incidents int    // open ones that the patch is to solve
	// Attempts are installations of the patch so far, anywhere, and Successes
	// those that went well at once.
	Successes, Attempts int
}

// Score is a risk and the terms that it is made of.
type Score struct {
	Total                                                                         int // 0 to Most
	Severity, Exploited, Likelihood, Exposure, Criticality, Recurrence, Stability int
}

// Term is one term of a score, with its sign.
type Term struct {
	Name  string
	Value int
}

// Terms are the terms in the order of the formula.
func (s Score) Terms() []Term {
	return []Term{
		{"severity", s.Severity},
		{"exploited", s.Exploited},
		{"likelihood", s.Likelihood},
		{"exposure", s.Exposure},
		{"criticality", s.Criticality},
		{"recurrence", s.Recurrence},
		{"stability", -s.Stability},
	}
}

// Rate scores work.
func (p *Policy) Rate(w Work) Score {
	s := Score{Severity: p.Severity[spec.Level(w.Severity)], Likelihood: p.LikelihoodMax * max(0, min(w.EPSS, 1000)) / 1000}
	if w.Exploited {
		s.Exploited = p.Exploited
	}
	switch w.Exposure {
	case "public":
		s.Exposure = p.Public
	case "controlled":
		s.Exposure = p.Controlled
	default:
		s.Exposure = p.Internal
	}
	if w.Tier >= 0 && w.Tier < len(p.Criticality) {
		s.Criticality = p.Criticality[w.Tier]
	}
	s.Recurrence = p.RecurrenceMax
	if w.Incidents < Most {
		s.Recurrence = min(p.RecurrenceMax, p.PerIncident*max(0, w.Incidents))
	}
	if w.Attempts > 0 {
		s.Stability = int(int64(p.StabilityMax) * int64(max(0, min(w.Successes, w.Attempts))) / int64(w.Attempts))
	}
	sum := s.Severity + s.Exploited + s.Likelihood + s.Exposure + s.Criticality + s.Recurrence - s.Stability
	s.Total = max(0, min(Most, sum))
	return s
}
