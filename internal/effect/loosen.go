package effect

import (
	"cmp"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// Loosening is one thing that holds less strictly than before. Where two values
// cannot be ordered, such as two selectors, the new one counts as looser.
type Loosening struct {
	About string // freeze, window, agreement, sla, acceptance, rules, ha
	finding.Identity
	File          string // in which it stands, or stood
	Path          string // in the document; "" is the whole of it
	What          string // one of #LooseningForm of the schemas
	Before, After string // for people; "" is absent
	// At is where it stands, of an asset only; else the path tells it.
	At finding.Position
}

// maxLoosened limits what is said of one change about one thing: nobody hides a
// looser rule behind many looser windows.
const maxLoosened = 500

// Loosened is what holds less strictly in after than in before, sorted. An effect
// tells it by digests only: this compares what the documents say.
func Loosened(e *Effect, before, after *corpus.Corpus) []Loosening {
	l := &loosening{before: before, after: after, said: map[string]int{}}
	for i := range e.Documents {
		l.document(e.Documents[i].Identity)
	}
	for i := range e.Files {
		l.file(&e.Files[i])
	}
	for _, client := range l.clients(e) {
		l.estate(client)
	}
	slices.SortStableFunc(l.out, compareLoosenings)
	return slices.Compact(l.out)
}

func compareLoosenings(a, b Loosening) int {
	return cmp.Or(compareIDs(a.Identity, b.Identity), strings.Compare(a.File, b.File),
		strings.Compare(a.Path, b.Path), strings.Compare(a.What, b.What), strings.Compare(a.After, b.After), strings.Compare(a.Before, b.Before))
}

// loosening is the comparison under way.
type loosening struct {
	before, after *corpus.Corpus
	out           []Loosening
	said          map[string]int // by what they are about

	id   finding.Identity // of the document that is compared
	path string           // of its file
	zone string           // of its client, in which bare dates are read

	asset *spec.Asset // that is compared; nil: the document is
}

// document compares one document, if both sides can be read. One that cannot is
// an error of its own.
func (l *loosening) document(id finding.Identity) {
	compare := comparisons()[id.Kind]
	a, b := l.before.Entry(id), l.after.Entry(id)
	if compare == nil || a == nil && b == nil || a != nil && a.Broken || b != nil && b.Broken {
		return
	}
	l.id, l.zone = id, l.before.Zone(id.Client)
	l.path = fileOf(b)
	if b == nil {
		l.path = fileOf(a)
	}
	compare(l, specOf(a), specOf(b))
}

func fileOf(e *corpus.Entry) string {
	if e == nil {
		return ""
	}
	return e.File
}

func specOf(e *corpus.Entry) *document.Value {
	if e == nil {
		return nil
	}
	return e.Document().Root.Get("spec")
}

// say adds one finding about a path of the document, "" for the whole.
func (l *loosening) say(about, path, what string, before, after *document.Value) {
	l.sayText(about, path, what, oneLine(before), oneLine(after))
}

func (l *loosening) sayText(about, path, what, before, after string) {
	if l.said[about]++; l.said[about] > maxLoosened {
		return
	}
	found := Loosening{About: about, Identity: l.id, File: l.path, Path: path, What: what, Before: before, After: after}
	if l.asset != nil {
		field, _, _ := strings.Cut(path[strings.LastIndexByte(path, '.')+1:], "[")
		found.At = l.asset.At(field)
	}
	l.out = append(l.out, found)
}

// oneLine shows a value in one line.
func oneLine(v *document.Value) string {
	if v != nil && v.Kind == document.String && strings.ContainsAny(v.Str, "\n\r") {
		return shortened(string(AppendCanonical(nil, v)))
	}
	return shown(v)
}

// same reports whether two values say the same.
func same(a, b *document.Value) bool {
	return a == nil && b == nil || a != nil && b != nil && string(AppendCanonical(nil, a)) == string(AppendCanonical(nil, b))
}

// comparisons are the kinds that can be looser than before, and how.
func comparisons() map[string]func(l *loosening, a, b *document.Value) {
	return map[string]func(l *loosening, a, b *document.Value){
		"Freeze": (*loosening).freeze, "MaintenanceWindow": (*loosening).maintenanceWindow, "HolidayCalendar": (*loosening).calendar,
		"VendorSupport": (*loosening).support, "ClientAgreement": (*loosening).agreement, "SLAPolicy": (*loosening).sla,
		"Patch": (*loosening).patch, "RiskAcceptance": (*loosening).acceptance, "HAGroup": (*loosening).haGroup,
		"RiskPolicy": (*loosening).riskPolicy, "ApprovalRule": (*loosening).approvalRule, "Group": (*loosening).group,
		"Person": (*loosening).person, "Contact": (*loosening).contact, "Config": (*loosening).config, "Client": (*loosening).client,
	}
}
