package risk

import (
	"slices"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/window"
)

// Rule is one rule of an SLAPolicy. A list that is empty was not written.
type Rule struct {
	Severities  []string
	KEV         *bool
	Automatable *bool
	Impacts     []string
	SSVC        bool // the rule asks for decision points, so a patch without them is not for it
	Selector    *spec.Selector
	Within      int64  // seconds
	Anchor      string // releasedAt, kevAdded or detectedAt
	Business    bool   // counts business days and hours
}

// ReadRules reads an SLAPolicy by its root.
func ReadRules(root *document.Value) []Rule {
	var out []Rule
	rules := root.Get("spec").Get("rules").Elements()
	for i := range rules {
		v := &rules[i]
		match := v.Get("match")
		ssvc := match.Get("ssvc")
		within, err := window.ParseDuration(v.Get("within").Text())
		if err != nil {
			continue
		}
		out = append(out, Rule{
			Severities: oneOrMore(match.Get("severity")), KEV: truth(match.Get("kev")),
			Automatable: truth(ssvc.Get("automatable")), Impacts: oneOrMore(ssvc.Get("impact")),
			SSVC: ssvc.Get("automatable") != nil || ssvc.Get("impact") != nil, Selector: spec.SelectorOf(match.Get("selector")),
			Within: int64(within / time.Second), Anchor: v.Get("anchor").Text(), Business: v.Get("clock").Text() == "business",
		})
	}
	return out
}

func oneOrMore(v *document.Value) []string {
	if text := v.Text(); text != "" {
		return []string{text}
	}
	var out []string
	for _, e := range v.Elements() {
		out = append(out, e.Text())
	}
	return out
}

func truth(v *document.Value) *bool {
	if v == nil || v.Kind != document.Bool {
		return nil
	}
	return &v.Bool
}

// Matches reports whether a rule is for a patch on an asset with these facets.
func (r *Rule) Matches(p *spec.Patch, f spec.Facets) bool {
	return r.takes(p) && r.Selector.Takes(f)
}

func (r *Rule) takes(p *spec.Patch) bool {
	switch {
	case len(r.Severities) > 0 && !slices.Contains(r.Severities, p.Severity),
		r.KEV != nil && *r.KEV != p.KEV:
		return false
	case !r.SSVC:
		return true
	case p.SSVC == nil:
		return false
	}
	return (r.Automatable == nil || *r.Automatable == p.SSVC.Automatable) && (len(r.Impacts) == 0 || slices.Contains(r.Impacts, p.SSVC.Impact))
}

// anchor is what a rule counts from, 0 where the patch has no such instant.
// detected is 0 where no fact tells when the asset was first seen without the
// patch.
func (r *Rule) anchor(p *spec.Patch, detected int64) int64 {
	switch {
	case r.Anchor == "kevAdded":
		return p.KEVAdded
	case r.Anchor == "detectedAt" && detected != 0:
		return detected
	}
	return p.Released
}

// Due is when a patch is due on an asset: the earliest over the rules that
// match, and which it was. 0 and -1 where none does. Business days and hours are
// those of week.
func Due(rules []Rule, p *spec.Patch, f spec.Facets, week *window.Week, detected int64) (due int64, rule int) {
	rule = -1
	for i := range rules {
		r := &rules[i]
		from := r.anchor(p, detected)
		if from == 0 || !r.Matches(p, f) {
			continue
		}
		at := from + r.Within
		if r.Business {
			at = Business(week, from, r.Within)
		}
		if rule < 0 || at < due {
			due, rule = at, i
		}
	}
	return due, rule
}

const day = 24 * 60 * 60

// Business is an instant a length later on the clock of business: the whole days
// of it are business days, what is left are hours of business.
func Business(week *window.Week, from, length int64) int64 {
	at := from
	if days := int(length / day); days > 0 {
		at = week.AddDays(from, days)
	}
	left := length % day
	if left == 0 {
		return at
	}
	if len(week.Hours) == 0 {
		week = &window.Week{Zone: week.Zone, Hours: []window.Hours{wholeDays()}, Closed: week.Closed}
	}
	for begin := at; begin < at+maxSearch; begin += searchStep {
		for _, open := range week.Spans(begin, begin+searchStep) {
			start, end := max(open.Start, begin), min(open.End, begin+searchStep)
			if end-start >= left {
				return start + left
			}
			left -= max(0, end-start)
		}
	}
	return at + length%day
}

// wholeDays are Monday to Friday, the business of a client that says nothing.
func wholeDays() window.Hours {
	h := window.Hours{To: day}
	for d := time.Monday; d <= time.Friday; d++ {
		h.Days[d] = true
	}
	return h
}

// Hours of business are looked for a month at a time, for two years; a week
// without any counts elapsed time.
const (
	searchStep = 31 * day
	maxSearch  = 24 * searchStep
)
