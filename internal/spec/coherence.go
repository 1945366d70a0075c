package spec

import (
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/window"
)

// Coherent says where fields of one document contradict each other: an end
// before its beginning (document/order), an element that is there twice
// (document/repeated), a field that does nothing beside another
// (document/no-effect). Zone is where bare dates are read; it is asked for only
// where the document has dates to compare.
func Coherent(doc *document.Document, zone func() string) []finding.Finding {
	c := coherence{doc: doc}
	for i := range spans {
		if s := &spans[i]; s.kind == doc.ID.Kind {
			each(&doc.Root, s.in, func(p document.Path, v *document.Value) { c.order(s, zone, p, v) })
		}
	}
	for i := range sets {
		if s := &sets[i]; s.kind == doc.ID.Kind {
			each(&doc.Root, s.list, func(p document.Path, v *document.Value) { c.repeated(s, p, v) })
		}
	}
	for i := range idle {
		if f := &idle[i]; f.kind == doc.ID.Kind {
			each(&doc.Root, f.in, func(p document.Path, v *document.Value) { c.noEffect(f, p, v) })
		}
	}
	return c.found
}

type coherence struct {
	doc   *document.Document
	found []finding.Finding
}

func (c *coherence) report(id string, severity finding.Severity, p document.Path, message, hint string) *finding.Finding {
	c.found = append(c.found, finding.Finding{
		ID: id, Severity: severity, Message: message, Hint: hint,
		Position: c.doc.At(p), Document: c.doc.ID, Path: p.String(),
	})
	return &c.found[len(c.found)-1]
}

// each visits every value that a pattern of keys with dots leads to; "*" stands
// for each element of a list.
func each(v *document.Value, pattern string, visit func(document.Path, *document.Value)) {
	eachBelow(v, nil, pattern, visit)
}

func eachBelow(v *document.Value, p document.Path, pattern string, visit func(document.Path, *document.Value)) {
	if pattern == "" {
		visit(p, v)
		return
	}
	key, rest, _ := strings.Cut(pattern, ".")
	if key != "*" {
		if child := v.Get(key); child != nil {
			eachBelow(child, p.With(document.Segment{Key: key}), rest, visit)
		}
		return
	}
	for i := range v.Elements() {
		eachBelow(&v.Items[i], p.With(document.Segment{Index: i}), rest, visit)
	}
}

// span is two fields of the maps at in, of which until must lie after from.
// Both may be one instant where they are points and no bounds.
type span struct {
	kind, in, from, until string
	points                bool
}

// What a rule judges is left to it: freeze/empty, plan/empty-period,
// acceptance/empty.
var spans = []span{
	{kind: "ClientAgreement", in: "spec", from: "effective", until: "expires"},
	{kind: "ClientAgreement", in: "spec.blackouts.*", from: "from", until: "until"},
	{kind: "ClientAgreement", in: "spec.acknowledgements.*", from: "signedAt", until: "expires"},
	{kind: "Patch", in: "spec", from: "releasedAt", until: "withdrawnAt", points: true},
	{kind: "Patch", in: "spec.kev", from: "addedAt", until: "dueAt", points: true},
	{kind: "Patch", in: "spec.assessment", from: "at", until: "until"},
}

func (c *coherence) order(s *span, zone func() string, p document.Path, v *document.Value) {
	from, until := v.Get(s.from).Text(), v.Get(s.until).Text()
	if from == "" || until == "" {
		return
	}
	begin, err := window.Instant(from, zone(), string(window.From))
	end, failed := window.Instant(until, zone(), string(window.Until))
	if err != nil || failed != nil || end.After(begin) || s.points && end.Equal(begin) {
		return
	}
	c.report("document/order", finding.Error, p.With(document.Segment{Key: s.until}),
		fmt.Sprintf("%s %s is not after %s %s", s.until, until, s.from, from),
		fmt.Sprintf("write a later %s, or an earlier %s", s.until, s.from))
}

// set is a list whose elements differ in their keys; elements without the first
// key do not count.
type set struct {
	kind, list string
	keys       []string
}

// What a rule judges is left to it: okr/duplicate-key-result, retention/duplicate.
var sets = []set{
	{"PatchPlan", "spec.waves", []string{"name"}},
	{"PatchPlan", "spec.rings", []string{"name"}},
	{"PatchPlan", "spec.patches", []string{"package"}},
	{"Baseline", "spec.levels", []string{"package", "os"}},
	{"HolidayCalendar", "spec.days", []string{"date"}},
	{"ClientAgreement", "spec.moves", []string{"windowRef", "from"}},
}

func (c *coherence) repeated(s *set, p document.Path, list *document.Value) {
	first := map[string]document.Path{}
	for i := range list.Elements() {
		item := &list.Items[i]
		if item.Get(s.keys[0]) == nil {
			continue
		}
		var words []string
		for _, key := range s.keys {
			if text := item.Get(key).Text(); text != "" {
				words = append(words, fmt.Sprintf("%s %q", key, text))
			}
		}
		what := strings.Join(words, ", ")
		at := p.With(document.Segment{Index: i}).With(document.Segment{Key: s.keys[0]})
		earlier, again := first[what]
		if !again {
			first[what] = at
			continue
		}
		f := c.report("document/repeated", finding.Error, at, fmt.Sprintf("%s is there twice", what), "rename or remove one of them")
		f.Related = []finding.Related{{Position: c.doc.At(earlier), Message: "first written here"}}
	}
}
