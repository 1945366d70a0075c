package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// nextWithin is how far ahead the next opening is looked for.
const nextWithin = 400 * 24 * 60 * 60

// openings are the spans in which the asset of a question is open.
func openings(c *rollout.Client, q asked) []report.Opening {
	a := assetIndex(c, q.asset)
	if a < 0 {
		return nil
	}
	var out []report.Opening
	for _, s := range c.Access(a, false, q.from, q.to).Open {
		if s.End <= q.from || s.Start >= q.to {
			continue
		}
		o := report.Opening{Span: s, Zone: c.Zone}
		for _, w := range c.Assets[a].Windows {
			if len(c.Windows[w].Def.Expand(s.Start, s.End).Occurrences) > 0 {
				o.Windows = append(o.Windows, c.Windows[w].Name)
			}
		}
		slices.Sort(o.Windows)
		out = append(out, o)
	}
	return out
}

// openAt answers whether an asset, or any asset of a client, is open at an instant.
func (c *calendar) openAt(q asked, at int64) (report.OpenAt, error) {
	if len(q.clients) == 1 && len(c.input.Clients) == 0 {
		return report.OpenAt{}, fmt.Errorf("client %q has no calendar: it has ended, or has errors; run patchops check", q.clients[0])
	}
	if len(c.input.Clients) != 1 {
		return report.OpenAt{}, usage("--open-at asks about one client or asset, found %d clients; give --asset or --client", len(c.input.Clients))
	}
	client := &c.input.Clients[0]
	access := anyAccess(client, q, at, at+nextWithin)
	out := report.OpenAt{What: strings.TrimSuffix(client.Name+"/"+q.asset, "/"), At: at, Zone: client.Zone, Code: access.Why(at), By: around(client, q, at)}
	if q.window != "" {
		out.What += " in window " + q.window
	}
	if s, open := access.Open.At(at); open {
		out.ClosesAt = s.End
	} else if next, found := access.Open.Next(at); found {
		out.NextOpen = next.Start
	}
	return out, nil
}

// anyAccess is when the asset of a question, or any asset of the client, is open.
// A client without assets has its windows as if one asset had all of them.
func anyAccess(c *rollout.Client, q asked, from, to int64) rollout.Access {
	narrow := *c
	narrow.Assets = nil
	for _, a := range c.Assets {
		if q.asset != "" && a.Name != q.asset {
			continue
		}
		if q.window != "" {
			a.Windows = slices.DeleteFunc(slices.Clone(a.Windows), func(w int) bool { return c.Windows[w].Name != q.window })
		}
		if !slices.ContainsFunc(narrow.Assets, func(b rollout.Asset) bool { return sameAccess(a, b) }) {
			narrow.Assets = append(narrow.Assets, a)
		}
	}
	if len(c.Assets) == 0 {
		narrow.Assets = []rollout.Asset{bare(c, q)}
	}
	var out rollout.Access
	for i := range narrow.Assets {
		one := narrow.Access(i, false, from, to)
		out.Windows, out.InForce = out.Windows.Union(one.Windows), out.InForce.Union(one.InForce)
		out.Supported, out.Open = out.Supported.Union(one.Supported), out.Open.Union(one.Open)
	}
	return out
}

// bare is an asset that all windows and all that forbids work are for.
func bare(c *rollout.Client, q asked) rollout.Asset {
	a := rollout.Asset{Group: -1, RunsOn: -1, Relay: -1, Tier: -1}
	for i, w := range c.Windows {
		if q.wants(w.Name) {
			a.Windows = append(a.Windows, i)
		}
	}
	for i := range c.Denies {
		a.Denies = append(a.Denies, i)
	}
	return a
}

func sameAccess(a, b rollout.Asset) bool {
	return a.All == b.All && slices.Equal(a.Windows, b.Windows) && slices.Equal(a.Denies, b.Denies) && slices.Equal(a.Supports, b.Supports)
}

// around are the windows that are open at an instant and what forbids work then.
func around(c *rollout.Client, q asked, at int64) []report.OpenBy {
	a := assetIndex(c, q.asset)
	var out []report.OpenBy
	for i, w := range c.Windows {
		if !q.wants(w.Name) || a >= 0 && !slices.Contains(c.Assets[a].Windows, i) {
			continue
		}
		for _, o := range w.Def.Expand(at, at+1).Occurrences {
			out = append(out, report.OpenBy{Kind: "MaintenanceWindow", Name: w.Name, Span: o.Span})
		}
	}
	for i := range c.Denies {
		d := &c.Denies[i]
		if a >= 0 && !slices.Contains(c.Assets[a].Denies, i) {
			continue
		}
		for _, s := range d.Spans(at, at+1) {
			kind, _, _ := strings.Cut(d.ID, "/")
			out = append(out, report.OpenBy{Kind: kind, Name: lastName(d.ID), Span: window.Span{Start: s.Start, End: s.End}})
		}
	}
	slices.SortFunc(out, func(x, y report.OpenBy) int {
		return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Name, y.Name))
	})
	return out
}
