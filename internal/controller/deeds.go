package controller

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/statement"
)

// deedEntries are the records of what somebody did by hand: told a contact, carried
// a task out, measured facts; none of any other statement.
func deedEntries(s said, c chain) []entry {
	kind, of, _ := strings.Cut(s.what.Subject, ":")
	r := resultlog.Record{
		Evidence: s.evidence, Tip: c.tip, Statement: &s.signed, AsOf: s.what.AsOf, Reason: s.what.Reason, Why: s.what.Text,
		Actor: &resultlog.Actor{Kind: "person", ID: c.person, Key: s.key.Fingerprint()},
	}
	parts := strings.Split(of, "/")
	switch kind {
	case "notice":
		r.Kind, r.Plan, r.Window, r.Occurrence = resultlog.Notice, parts[0]+"/"+parts[1], parts[2], parts[3]
		_, r.Contact, _ = strings.Cut(s.what.Contact, "/")
		r.Channel, r.Outcome = s.what.By, resultlog.DeedDone
	case "task":
		r.Kind, r.Plan, r.Asset, r.Key, r.Outcome = resultlog.TaskKind, parts[0]+"/"+parts[1], parts[2], "sha256:"+parts[3], resultlog.DeedDone
		if s.what.Act == statement.Fail {
			r.Outcome = resultlog.DeedFailed
		}
	case "facts":
		return factEntries(s, r, of)
	default:
		return nil
	}
	return []entry{{record: r, clients: parts[:1]}}
}

// factEntries are one record for each asset of a report; the first holds what was
// signed.
func factEntries(s said, r resultlog.Record, client string) []entry {
	var out []entry
	r.Kind = resultlog.Facts
	for all := s.what.Facts; len(all) > 0; {
		n := slices.IndexFunc(all, func(f statement.Fact) bool { return f.Asset != all[0].Asset })
		if n < 0 {
			n = len(all)
		}
		r.Asset, r.Facts = all[0].Asset, nil
		for _, f := range all[:n] {
			r.Facts = append(r.Facts, resultlog.Fact{Name: f.Name, Subject: f.Subject, Value: f.Value, State: f.State})
		}
		out = append(out, entry{record: r, clients: []string{client}})
		r.Statement, r.Tip, all = nil, "", all[n:]
	}
	return out
}
