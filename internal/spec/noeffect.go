package spec

import (
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// idleField is a field of the maps at in that does nothing where why says why.
type idleField struct {
	kind, in, field string
	why             func(v *document.Value) string
}

var idle = []idleField{
	{"MaintenanceWindow", "spec", "offset", without("recurrence")},
	{"MaintenanceWindow", "spec", "gap", denies("covers every reading of the clock")},
	{"MaintenanceWindow", "spec", "overlap", denies("covers every reading of the clock")},
	{"MaintenanceWindow", "spec", "capacity", denies("opens for nobody")},
	{"PatchPlan", "spec.waves.*.gates.*", "tolerancePercent", without("before")},
	{"PatchPlan", "spec.waves.*", "denominator", wholeFailures},
	{"PatchPlan", "spec.rollback", "on", manualRollback},
	{"PatchPlan", "spec.snapshot", "ttl", noSnapshot},
	{"PatchPlan", "spec.snapshot", "maxAge", noSnapshot},
	{"ClientAgreement", "spec.moves.*", "to", staysThere},
}

func (c *coherence) noEffect(f *idleField, p document.Path, v *document.Value) {
	if v.Get(f.field) == nil {
		return
	}
	if why := f.why(v); why != "" {
		c.report("document/no-effect", finding.Warning, p.With(document.Segment{Key: f.field}),
			fmt.Sprintf("%s has no effect: %s", f.field, why), "remove it, or mend what it stands beside")
	}
}

func without(other string) func(*document.Value) string {
	return func(v *document.Value) string {
		if v.Get(other) != nil {
			return ""
		}
		return "there is no " + other
	}
}

func denies(what string) func(*document.Value) string {
	return func(v *document.Value) string {
		if v.Get("type").Text() != "deny" {
			return ""
		}
		return "a deny window " + what
	}
}

func wholeFailures(v *document.Value) string {
	if strings.HasSuffix(v.Get("maxFailures").Text(), "%") {
		return ""
	}
	return "maxFailures is no percentage"
}

func manualRollback(v *document.Value) string {
	if auto := v.Get("auto"); auto == nil || auto.Bool {
		return ""
	}
	return "auto is false, so no host goes back by itself"
}

func noSnapshot(v *document.Value) string {
	if v.Get("mode").Text() != "none" {
		return ""
	}
	return "mode is none, so there is no snapshot"
}

func staysThere(v *document.Value) string {
	if v.Get("from").Text() != v.Get("to").Text() {
		return ""
	}
	return "the occurrence already starts then"
}
