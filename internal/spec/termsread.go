package spec

import (
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/window"
)

// Terms is a ClientAgreement. Durations are seconds, instants seconds since
// 1970-01-01T00:00:00Z.
type Terms struct {
	ID               finding.Identity
	From, Until      int64 // [From, Until); Until is 0 without an end
	Windows          []string
	Value            *document.Value // the spec, for ReadMoves
	Lead             int64
	Leads            []LeadRule
	BusinessDays     bool
	Channels         []string
	Contacts         []string
	Blackouts        []Blackout
	Rates            Rates
	CostCap          int64 // minor units a calendar month; -1: none
	EmergencyAllowed bool
	EmergencyLead    int64
	EmergencyTold    []string // contacts
	EmergencyWindows []string
	Signed           []Signature
	SLAPolicy        string // "": the default
	MaxUnavailable   Amount
	ManualOnly       *Selector // nil: nothing
}

// LeadRule is another lead for some assets.
type LeadRule struct {
	Selector Selector
	Lead     int64
}

// Blackout is a span in which nothing starts.
type Blackout struct{ From, Until int64 }

// Rates are what work costs, in minor units of Currency.
type Rates struct {
	Currency       string
	Basis          string          // attended, perAsset or included
	Regular        *document.Value // regularHours; nil: the client's business hours
	PerHour        int64
	AfterHours     int64 // the regular rate where not written
	Holiday        int64 // the rate after hours where not written
	MinimumMinutes int64
}

// Signature is a written warning that was signed.
type Signature struct {
	Warning string
	Until   int64 // 0: it does not expire
}

// Warnings are what a client signs before anything starts, in a fixed order.
func Warnings() []string {
	return []string{"errors-possible", "risk-of-not-patching", "services-unavailable", "costs"}
}

// ReadTerms reads a ClientAgreement. Bare dates are read in the client's zone.
func ReadTerms(doc *document.Document, zone string) *Terms {
	s := doc.Root.Get("spec")
	notice, emergency := s.Get("notice"), s.Get("emergency")
	t := &Terms{
		ID: doc.ID, Value: s, From: second(s.Get("effective"), zone, window.From), Until: second(s.Get("expires"), zone, window.Until),
		Windows: texts(s.Get("windowRefs")), Lead: seconds(notice.Get("lead")), BusinessDays: yes(notice.Get("businessDays")),
		Channels: texts(notice.Get("channels")), Contacts: texts(notice.Get("contactRefs")),
		Rates: readRates(s.Get("rates")), CostCap: whole(s.Get("costCapPerMonth"), -1),
		EmergencyAllowed: yes(emergency.Get("allowed")), EmergencyLead: seconds(emergency.Get("notice")),
		EmergencyTold: texts(emergency.Get("contactRefs")), EmergencyWindows: texts(emergency.Get("windowRefs")),
		SLAPolicy: s.Get("slaPolicyRef").Text(), MaxUnavailable: ReadAmount(s.Get("maxUnavailable")),
		ManualOnly: selectorOf(s.Get("manualOnly")),
	}
	t.readLists(s, zone)
	return t
}

func (t *Terms) readLists(s *document.Value, zone string) {
	for _, v := range s.Get("notice").Get("rules").Elements() {
		t.Leads = append(t.Leads, LeadRule{ParseSelector(v.Get("selector")), seconds(v.Get("lead"))})
	}
	for _, v := range s.Get("blackouts").Elements() {
		t.Blackouts = append(t.Blackouts, Blackout{second(v.Get("from"), zone, window.From), second(v.Get("until"), zone, window.Until)})
	}
	for _, v := range s.Get("acknowledgements").Elements() {
		t.Signed = append(t.Signed, Signature{v.Get("id").Text(), second(v.Get("expires"), zone, window.Until)})
	}
}

func readRates(v *document.Value) Rates {
	r := Rates{
		Currency: v.Get("currency").Text(), Basis: v.Get("basis").Text(), Regular: v.Get("regularHours"),
		PerHour: whole(v.Get("regularPerHour"), 0), MinimumMinutes: whole(v.Get("minimumMinutes"), 0),
	}
	if r.Basis == "" {
		r.Basis = "attended"
	}
	r.AfterHours = whole(v.Get("afterHoursPerHour"), r.PerHour)
	r.Holiday = whole(v.Get("holidayPerHour"), r.AfterHours)
	return r
}

// Unsigned are the warnings that nobody signed, or whose signatures have all
// expired at an instant, in the order of Warnings.
func (t *Terms) Unsigned(at int64) []string {
	var out []string
	for _, warning := range Warnings() {
		signed := false
		for _, s := range t.Signed {
			signed = signed || s.Warning == warning && (s.Until == 0 || at < s.Until)
		}
		if !signed {
			out = append(out, warning)
		}
	}
	return out
}

// Person to call at a client.
type Person struct {
	Name  string // of the document
	Role  string
	Phone string
	Order int64
	Until int64 // valid until then; 0: no end
}

// ReadContact reads a Contact by its root.
func ReadContact(root *document.Value, zone string) Person {
	s := root.Get("spec")
	return Person{
		Name: root.Get("metadata").Get("name").Text(), Role: s.Get("role").Text(), Phone: s.Get("phone").Text(),
		Order: whole(s.Get("order"), 0), Until: second(s.Get("validUntil"), zone, window.Until),
	}
}

// Valid reports whether the contact may still be called at an instant.
func (p Person) Valid(at int64) bool { return p.Until == 0 || at < p.Until }

func yes(v *document.Value) bool { return v != nil && v.Kind == document.Bool && v.Bool }
