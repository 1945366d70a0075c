package controller

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/statement"
)

// otherWords are the records of what people said of things other than changes: of
// gates, plans and keys. Any active person may stop things; it is effective when recorded.
func (v *View) otherWords() []entry {
	var out []entry
	for _, c := range v.chains {
		if v.broken[c.person] != "" {
			continue
		}
		for _, s := range c.said {
			key := s.key.Fingerprint()
			_, revoked := v.State.Revoked[key]
			_, seen := v.State.Seen[s.evidence]
			if revoked || seen || v.speaker(key, 0) != c.person || v.idle(s, c.person) {
				continue
			}
			if deeds := deedEntries(s, c); len(deeds) > 0 {
				out = append(out, deeds...)
			} else if e, ok := v.wordEntry(s, c); ok {
				out = append(out, e)
			}
		}
	}
	return out
}

// idle reports whether a statement does not count whatever it is on: a word of
// agreement that has run out, or is a bot's; bots stop things, and let nothing go on.
func (v *View) idle(s said, person string) bool {
	if s.what.Act != statement.Approve && s.what.Act != statement.Consent {
		return false
	}
	ends := instant(s.what.Expires)
	return v.Book.People[person].Bot || !ends.IsZero() && !v.now.Before(ends)
}

// regret is the record of a withdrawal or rejection by somebody whose approval was
// used by a merge already: it undoes nothing, and is never silent (authority.md 2).
func (v *View) regret(r resultlog.Record, s said) (entry, bool) {
	if s.what.Act != statement.Withdraw && s.what.Act != statement.Reject {
		return entry{}, false
	}
	r.Kind, r.Change = kinds[s.what.Act], strings.TrimPrefix(s.what.Subject, changeSubject)
	r.Head, r.Base, r.Effect, r.Accepts = s.what.Head, s.what.Base, s.what.Effect, s.what.Accepts
	e := entry{record: r}
	for evidence := range v.State.Spent {
		if seen := v.State.Seen[evidence]; seen.Change == r.Change && seen.Person == r.Actor.ID {
			e.clients = append(e.clients, v.State.Clients[evidence]...)
		}
	}
	slices.Sort(e.clients)
	e.clients = slices.Compact(e.clients)
	return e, len(e.clients) > 0
}

// wordEntry is the record of one statement; false where it is about a change that is
// open or an override, or says nothing that anybody may say.
func (v *View) wordEntry(s said, c chain) (entry, bool) {
	kind, of, ok := strings.Cut(s.what.Subject, ":")
	r := resultlog.Record{
		Evidence: s.evidence, Tip: c.tip, Statement: &s.signed, AsOf: s.what.AsOf, Reason: s.what.Reason,
		Actor: &resultlog.Actor{Kind: "person", ID: c.person, Key: s.key.Fingerprint()},
	}
	if s.what.Subject == mainChange || ok && kind+":" == changeSubject {
		return v.regret(r, s)
	}
	if !ok {
		return entry{}, false
	}
	switch kind {
	case "gate":
		if r.Kind, r.Plan, r.Expires = kinds[s.what.Act], of, s.what.Expires; r.Kind == resultlog.Consent {
			r.Contact = s.what.Contact
		}
	case "override": // what the signers say is for break-glass; a contact's word goes with it
		if s.what.Act == statement.Consent {
			r.Kind, r.Plan, r.Contact, r.Expires = resultlog.Consent, of, s.what.Contact, s.what.Expires
		}
	case "resume":
		r.Plan = of
		if s.what.Act == statement.Approve {
			r.Kind = resultlog.Resume
			if why := MayApprove(v.Book, c.person, of); why != "" {
				denial, fresh := v.denied(r, s.what.Subject, why)
				return entry{record: denial, clients: []string{client(of)}}, fresh
			}
		}
	case "plan":
		r.Plan = of
		r.Kind = map[string]resultlog.Kind{statement.Hold: resultlog.Hold, statement.Abort: resultlog.Abort, statement.Recall: resultlog.Recall}[s.what.Act]
	case "key": // like a hold: whoever says that a key is lost is believed at once
		if s.what.Act == statement.Revoke {
			r.Kind, r.Key, r.Expires = resultlog.KeyRevoke, of, s.what.Expires
		}
		return entry{record: r, clients: []string{"_org"}}, r.Kind != ""
	}
	return entry{record: r, clients: []string{client(r.Plan)}}, r.Kind != ""
}
