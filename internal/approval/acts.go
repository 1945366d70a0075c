package approval

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/effect"
)

// past is what somebody did who says so.
var past = map[string]string{SaysRejected: "rejected", SaysWithdrawn: "withdrew"}

// skew is how far ahead of the controller's clock a statement may be dated.
const skew = 5 * time.Minute

// word is what somebody last said to the change: a person for themself, or a
// contact of a client, taken down by a person.
type word struct {
	act         Act
	person      string // who said it, or took it down
	contact     string // of a consent, "client/name"
	why, detail string // why it counts nowhere; "" it may
	uncovered   []effect.Difference
	kept        string // what moved though it still counts; "" nothing
	counted     bool   // by some rule
	reason      Ignored
}

// heard is an act whose signer is known.
type heard struct {
	act    Act
	person string
	at     time.Time // its date, never earlier than that of the statement before it
}

// said is what one person said, newest last.
type said []heard

func (s said) newest() *Act { return &s[len(s)-1].act }

// signed is the newest statement by an own key, and what of the reviews after it took
// back what was said before; nil where there is none.
func (s said) signed() (statement, gone *Act) {
	for i := len(s) - 1; i >= 0; i-- {
		switch a := &s[i].act; {
		case a.Key != "":
			return a, gone
		case gone == nil && a.Verdict != SaysApproved:
			gone = a
		}
	}
	return nil, nil
}

// people is what everybody says now.
type people struct {
	own      map[string]*word // newest word of a person, of those that approve
	signed   map[string]*word // newest statement of theirs, the same word where it is
	consents map[string]*word // by contact
	rejected map[string]Act   // whose rejection stands
}

// readActs finds each person's newest word. What a person said is ordered by the
// log; a tie is broken towards what approves less.
func (j *judge) readActs() {
	j.people = people{
		own: map[string]*word{}, signed: map[string]*word{}, consents: map[string]*word{},
		rejected: map[string]Act{},
	}
	own, consents := map[string]said{}, map[string]said{}
	for _, h := range j.heard() {
		contact, problem := j.about(&h.act)
		switch {
		case problem != "":
			j.ignore(Ignored{Person: h.person, Why: "unknown", Detail: problem, Evidence: h.act.Evidence})
		case contact != "":
			consents[contact] = append(consents[contact], h)
		default:
			own[h.person] = append(own[h.person], h)
		}
	}
	for _, person := range slices.Sorted(maps.Keys(own)) {
		slices.SortFunc(own[person], newer)
		own[person] = own[person].settled()
		j.readOwn(person, own[person])
	}
	for _, contact := range slices.Sorted(maps.Keys(consents)) {
		slices.SortFunc(consents[contact], newer)
		j.readConsent(contact, consents[contact], own)
	}
}

// heard are the acts of known people that say something to this change.
func (j *judge) heard() []heard {
	byPerson := map[string]said{}
	for _, a := range j.once() {
		person, why, detail := j.speaker(&a)
		if why != "" {
			j.ignore(Ignored{Person: cmp.Or(person, a.Claimed), Why: why, Detail: detail, Evidence: a.Evidence})
			continue
		}
		byPerson[person] = append(byPerson[person], heard{a, person, a.AsOf})
	}
	var out []heard
	for _, person := range slices.Sorted(maps.Keys(byPerson)) {
		list := byPerson[person]
		// The chain says what came after what, whatever the clock said.
		slices.SortStableFunc(list, func(a, b heard) int { return cmp.Compare(a.act.Serial, b.act.Serial) })
		var last time.Time
		for i := range list {
			if list[i].act.Key != "" && list[i].act.FirstSeen.IsZero() {
				if list[i].at.Before(last) {
					list[i].at = last
				}
				last = list[i].at
			}
		}
		out = append(out, list...)
	}
	return out
}

// once are the acts about this change, each piece of evidence once, in an order
// that does not depend on the input's.
func (j *judge) once() []Act {
	spent := map[string]bool{}
	for _, a := range j.in.Acts {
		spent[a.Evidence] = spent[a.Evidence] || a.Spent
	}
	acts := slices.DeleteFunc(slices.Clone(j.in.Acts), func(a Act) bool { return a.Change != j.in.Change })
	slices.SortFunc(acts, func(a, b Act) int {
		if c := newer(heard{act: a, at: a.AsOf}, heard{act: b, at: b.AsOf}); c != 0 {
			return c
		}
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	seen := map[string]bool{}
	// Of two copies the recorded one comes first.
	acts = slices.DeleteFunc(acts, func(a Act) bool {
		twice := a.Evidence != "" && seen[a.Evidence]
		seen[a.Evidence] = true
		return twice
	})
	for i := range acts {
		acts[i].Spent = acts[i].Spent || acts[i].Evidence != "" && spent[acts[i].Evidence]
	}
	return acts
}

// speaker is who did an act, and why it is nobody or says nothing here.
func (j *judge) speaker(a *Act) (person, why, detail string) {
	person, problem := j.speakers.of(a.Key, a.Account)
	approves := a.Verdict == SaysApproved || a.Verdict == SaysConsented
	switch p := j.book.People[person]; {
	case a.Broken != "":
		return person, "broken", a.Broken
	case problem != "":
		return "", "unknown", problem
	case a.RevokedBefore:
		return person, "revoked", "the key " + a.Key + " was revoked before this was recorded"
	case a.Repository != j.in.Repository, approves && a.Target != j.in.Target:
		return person, "otherTarget", fmt.Sprintf("it is about %s of repository %s, wanted %s of %s", a.Target, a.Repository, j.in.Target, j.in.Repository)
	case !p.Active:
		return person, "inactive", person + " is not active"
	case p.Bot:
		return person, "bot", person + " is a program"
	case !approves && a.Verdict != SaysRejected && a.Verdict != SaysWithdrawn:
		return person, "unknown", fmt.Sprintf("it says %q, which is no approval", a.Verdict)
	}
	return person, "", ""
}

// about is the contact whose word an act is; "" where it is the person's own. What
// takes something back and names no contact that is known takes all of theirs back.
func (j *judge) about(a *Act) (contact, problem string) {
	switch {
	case a.Verdict == SaysConsented:
		return j.contact(a.Contact)
	case a.Verdict == SaysWithdrawn && a.Contact != "":
		contact, _ = j.contact(a.Contact)
		return contact, ""
	case a.Verdict == SaysApproved && a.Contact != "":
		return "", fmt.Sprintf("an approval that names contact %q is nobody's own", a.Contact)
	}
	return "", ""
}

// contact is a contact's full name, or why none is meant.
func (j *judge) contact(name string) (full, problem string) {
	if _, ok := j.book.Contact[name]; ok && name != "" {
		return name, ""
	}
	var found []string
	for full, c := range j.book.Contact {
		if c.Name == name {
			found = append(found, full)
		}
	}
	found = sortedSet(found)
	switch len(found) {
	case 0:
		return "", fmt.Sprintf("there is no contact %q at the authorised tip", name)
	case 1:
		return found[0], ""
	}
	return "", fmt.Sprintf("contact %q is one of %s", name, enumerated(found))
}

// readOwn keeps a person's newest word and newest statement. What they rejected by
// a statement no review lifts, for a review shows no key; and what a review took back no
// later review brings back.
func (j *judge) readOwn(person string, s said) {
	newest := s.newest()
	signed, gone := s.signed()
	if signed != nil && signed.Verdict == SaysRejected {
		newest = signed
	}
	if newest.Verdict == SaysRejected {
		j.people.rejected[person] = *newest
	}
	if newest.Verdict != SaysApproved {
		for i := range s {
			if a := &s[i].act; a.Verdict == SaysApproved {
				j.ignore(Ignored{Person: person, Why: "withdrawn", Detail: person + " " + past[newest.Verdict] + " it " + moment(newest.AsOf), Evidence: a.Evidence})
			}
		}
		return
	}
	j.people.own[person] = j.word(*newest, person, "")
	switch {
	case signed == nil || signed.Verdict != SaysApproved:
	case signed == newest:
		j.people.signed[person] = j.people.own[person]
	case gone != nil:
		j.ignore(Ignored{Person: person, Why: "withdrawn", Detail: person + " " + past[gone.Verdict] + " it " + moment(gone.AsOf), Evidence: signed.Evidence})
	default:
		j.people.signed[person] = j.word(*signed, person, "")
	}
}

// readConsent keeps a contact's newest word, unless who took it down withdrew, or turned
// against the change themself.
func (j *judge) readConsent(contact string, s said, own map[string]said) {
	h := s[len(s)-1]
	if h.act.Verdict != SaysConsented {
		for _, earlier := range s {
			if earlier.act.Verdict == SaysConsented {
				j.ignore(Ignored{Person: "contact " + contact, Why: "withdrawn", Detail: h.person + " withdrew it " + moment(h.act.AsOf), Evidence: earlier.act.Evidence})
			}
		}
		return
	}
	w := j.word(h.act, h.person, contact)
	for _, later := range own[h.person] {
		if said := past[later.act.Verdict]; said != "" && newer(h, later) < 0 {
			w.why, w.detail = "withdrawn", h.person+" "+said+" it "+moment(later.act.AsOf)
		}
	}
	c := j.book.Contact[contact]
	switch {
	case w.why != "":
	case !c.ValidUntil.IsZero() && !j.in.Now.Before(c.ValidUntil):
		w.why, w.detail = "inactive", "contact "+contact+" was valid until "+moment(c.ValidUntil)
	case slices.Contains(j.in.Contributors.People, h.person) || h.person == j.in.Contributors.Author:
		w.why, w.detail = "contributor", h.person+", who took it down, worked on the change"
	case len(j.in.Contributors.Unknown) > 0:
		w.why, w.detail = "contributor", "whether "+h.person+", who took it down, worked on the change is not known: "+j.unknown()
	}
	j.people.consents[contact] = w
}

// word judges an approval or consent as far as no rule is asked.
func (j *judge) word(a Act, person, contact string) *word {
	w := &word{act: a, person: person, contact: contact}
	w.why, w.detail = j.dated(&a)
	if w.why == "" {
		w.why, w.detail = j.within(w)
	}
	if w.why == "" {
		w.why, w.detail = j.accepted(&a)
	}
	j.words = append(j.words, w)
	return w
}

// dated says why an approval does not count now, whatever it was about.
func (j *judge) dated(a *Act) (why, detail string) {
	seen := a.FirstSeen
	if seen.IsZero() {
		seen = j.in.Now
	}
	switch {
	case a.Spent:
		return "spent", "an earlier merge used it"
	case a.Lapsed:
		return "expired", "that it ran out is recorded"
	case a.AsOf.After(seen.Add(skew)):
		return "postdated", fmt.Sprintf("it is dated %s and was first seen %s", moment(a.AsOf), moment(seen))
	case !a.Expires.IsZero() && j.in.Now.After(a.Expires):
		return "expired", "it was given until " + moment(a.Expires)
	case j.in.Now.After(a.AsOf.Add(LongestValid)):
		return "expired", fmt.Sprintf("it is of %s; nothing counts longer than 14 days", moment(a.AsOf))
	}
	return "", ""
}

// accepted says which findings an approver had not seen.
func (j *judge) accepted(a *Act) (why, detail string) {
	shown, known := j.in.Findings[Minute(a.AsOf)]
	if !known {
		return "stale", "the findings as of " + Minute(a.AsOf) + " were not evaluated"
	}
	seen := map[string]bool{}
	for _, f := range a.Accepts {
		seen[f] = true
	}
	for _, f := range sortedSet(shown) {
		if !seen[f] {
			return "stale", "finding " + f + " was not shown then"
		}
	}
	return "", ""
}

func (j *judge) ignore(i Ignored) { j.ignored = append(j.ignored, i) }

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// weight orders what is said at one moment: what approves less is newer.
func weight(verdict string) int {
	return slices.Index([]string{SaysApproved, SaysConsented, SaysWithdrawn, SaysRejected}, verdict)
}

// newer orders what one person said: as recorded, then what is not recorded yet
// by its date.
func newer(x, y heard) int {
	a, b := &x.act, &y.act
	if a.FirstSeen.IsZero() != b.FirstSeen.IsZero() {
		if b.FirstSeen.IsZero() {
			return -1
		}
		return 1
	}
	if c := cmp.Compare(a.Position, b.Position); c != 0 && !a.FirstSeen.IsZero() {
		return c
	}
	if c := cmp.Or(x.at.Compare(y.at), cmp.Compare(a.Serial, b.Serial), cmp.Compare(weight(a.Verdict), weight(b.Verdict))); c != 0 {
		return c
	}
	return strings.Compare(a.Evidence, b.Evidence)
}
