package effect

import (
	"cmp"
	"slices"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// freeze: nothing starts in it, so one that is shorter, binds less or lets more
// pass is looser. A new one is not.
func (l *loosening) freeze(a, b *document.Value) {
	p := l.part("freeze", a, b)
	if a == nil || p.gone() {
		return
	}
	switch zone := l.zoneOf(a); {
	case !same(a.Get("timezone"), b.Get("timezone")) || !same(a.Get("recurrence"), b.Get("recurrence")) || !same(a.Get("start"), b.Get("start")):
		p.differs("moved", "timezone", "recurrence", "start")
	case a.Get("recurrence") != nil:
		p.shorter("duration")
	default:
		if spec.Begins(b.Get("from"), zone) > spec.Begins(a.Get("from"), zone) {
			p.found("from", "shortened")
		}
		if spec.Ends(b.Get("until"), zone) < spec.Ends(a.Get("until"), zone) {
			p.found("until", "shortened")
		}
	}
	p.binds("clientSelector", "selector")
	passes := b.Get("passAbove").Text()
	if was := a.Get("passAbove").Text(); passes != "" && (was == "" || spec.Level(passes) < spec.Level(was)) {
		p.found("passAbove", "passes")
	}
	if b.Get("override") != nil && !same(a.Get("override"), b.Get("override")) {
		p.found("override", "overridable")
	}
	p.ranked("onRunning", "finishes", "pauseAtSafePoint", "finish")
}

// zoneOf is where the bare dates of a document are read.
func (l *loosening) zoneOf(said *document.Value) string {
	if zone := said.Get("timezone").Text(); zone != "" && zone != "client" {
		return zone
	}
	return l.zone
}

// maintenanceWindow: one that opens at other times is looser, one that closes too.
// Which assets get it is the agreement's to say, so a new one opens nothing,
// unless a global one had its name.
func (l *loosening) maintenanceWindow(a, b *document.Value) {
	p := l.part("window", a, b)
	denied, denies := a.Get("type").Text() == "deny", b.Get("type").Text() == "deny"
	switch {
	case a == nil:
		global := finding.Identity{Kind: l.id.Kind, Name: l.id.Name}
		if l.id.Client != "" && !denies && l.before.Entry(global) != nil {
			p.say(p.about, "", "added", nil, nil)
		}
		return
	case b == nil:
		if denied {
			p.gone()
		}
		return
	case denied && !denies:
		p.found("type", "opened")
		return
	case denies && !denied:
		return
	}
	p.differs("moved", "timezone", "start", "recurrence", "offset", "end", "gap", "overlap")
	if denies {
		p.shorter("duration")
		p.binds("selector")
		p.taken("exdates", "shortened")
		p.dropped("rdates", "removed")
		return
	}
	p.longer("duration", 0)
	p.admits("selector")
	p.dropped("exdates", "opened")
	p.taken("rdates", "opened")
	p.higher("capacity")
	if was := cmp.Or(a.Get("onHoliday").Text(), "keep"); was != "keep" && cmp.Or(b.Get("onHoliday").Text(), "keep") != was {
		p.found("onHoliday", "widened")
	}
}

// calendar: on its days windows may be closed and leads longer.
func (l *loosening) calendar(a, b *document.Value) {
	p := l.part("window", a, b)
	if a == nil || p.gone() {
		return
	}
	p.dropped("days", "removed")
	p.differs("changed", "ics", "timezone")
}

// support: hosts of its applications start only while the vendor answers.
func (l *loosening) support(a, b *document.Value) {
	p := l.part("window", a, b)
	if a == nil || p.gone() {
		return
	}
	p.dropped("applications", "narrowed")
	p.dropped("holidayCalendars", "removed")
	p.differs("moved", "timezone")
	p.taken("hours", "widened")
}

// agreement: what was promised to the client.
func (l *loosening) agreement(a, b *document.Value) {
	p := l.part("agreement", a, b)
	switch known := l.before.Entry(finding.Identity{Kind: "Client", Client: l.id.Client, Name: l.id.Client}) != nil; {
	case b == nil:
		return // without an agreement nothing starts
	case a == nil:
		if known {
			p.say(p.about, "", "added", nil, nil)
		}
		return
	}
	w := l.part("window", a, b)
	w.taken("windowRefs", "opened")
	w.taken("moves", "moved")
	w.below("emergency").taken("windowRefs", "opened")
	l.notice(p.below("notice"))
	l.emergency(p.below("emergency"))
	l.blackouts(p)
	p.higher("costCapPerMonth", "maxUnavailable")
	p.taken("acknowledgements", "acknowledged")
	p.binds("manualOnly")
	if a.Get("manualOnly") != nil && b.Get("manualOnly") == nil {
		p.found("manualOnly", "removed")
	}
	p.ranked("misfire", "lowered", "defer", "nextWindow", "onReconnect")
	p.later("expires")
	if spec.Begins(b.Get("effective"), l.zone) < spec.Begins(a.Get("effective"), l.zone) {
		p.found("effective", "lengthened")
	}
	l.part("sla", a, b).differs("swapped", "slaPolicyRef")
}

func (l *loosening) notice(p part) {
	p.shorter("lead")
	p.off("businessDays", "shortened", false)
	p.dropped("channels", "removed")
	p.dropped("contactRefs", "removed")
	now := map[string]*document.Value{} // by selector, the first
	for i := range p.b.Get("rules").Elements() {
		rule := &p.b.Get("rules").Items[i]
		if key := string(AppendCanonical(nil, rule.Get("selector"))); now[key] == nil {
			now[key] = rule
		}
	}
	for i := range p.a.Get("rules").Elements() {
		rule := &p.a.Get("rules").Items[i]
		if kept := now[string(AppendCanonical(nil, rule.Get("selector")))]; spec.Seconds(kept.Get("lead")) < spec.Seconds(rule.Get("lead")) {
			p.say(p.about, p.path+"rules", "shortened", rule, kept)
		}
	}
}

func (l *loosening) emergency(p part) {
	p.on("allowed", "allowed", false)
	p.shorter("notice")
	p.dropped("contactRefs", "removed")
}

// blackouts finds those that no single blackout covers any more.
func (l *loosening) blackouts(p part) {
	kept := members(p.b.Get("blackouts"))
	now := l.spans(p.b.Get("blackouts"))
	for i := range p.a.Get("blackouts").Elements() {
		was := &p.a.Get("blackouts").Items[i]
		if kept[string(AppendCanonical(nil, was))] {
			continue
		}
		// Of all that begin early enough, the one that ends last.
		from, until := spec.Begins(was.Get("from"), l.zone), spec.Ends(was.Get("until"), l.zone)
		at, _ := slices.BinarySearchFunc(now, from+1, func(s span, from int64) int { return cmp.Compare(s.from, from) })
		if at == 0 || now[at-1].until < until {
			p.say(p.about, p.path+"blackouts", "shortened", was, nil)
		}
	}
}

// span is from when, and until when the last ends of those that begin by then.
type span struct{ from, until int64 }

func (l *loosening) spans(list *document.Value) []span {
	var out []span
	for i := range list.Elements() {
		v := &list.Items[i]
		out = append(out, span{spec.Begins(v.Get("from"), l.zone), spec.Ends(v.Get("until"), l.zone)})
	}
	slices.SortFunc(out, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.until, b.until)) })
	for i := 1; i < len(out); i++ {
		out[i].until = max(out[i].until, out[i-1].until)
	}
	return out
}
