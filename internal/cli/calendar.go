package cli

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/window"
)

// calendar is what documents say of time, read for a question.
type calendar struct {
	corpus   *corpus.Corpus
	input    *rollout.Input
	findings []finding.Finding // errors that hide something
	source   func(string) []byte
}

// calendar reads the documents and resolves the names in a question.
func (a *app) calendar(cmd *cobra.Command, q *asked, flags windowsFlags) (*calendar, error) {
	asOf, err := a.asOf()
	if err != nil {
		return nil, err
	}
	engine, repo, in, _, err := a.judged(cmd, asOf)
	if err != nil {
		return nil, err
	}
	out, err := engine.Read(in, q.kinds(flags)...)
	if err != nil {
		return nil, err
	}
	c := &calendar{corpus: out.Corpus, findings: aboutWindows(out.Findings), source: repo.source(in.Tree)}
	if err := q.names(out.Corpus, flags); err != nil {
		return nil, err
	}
	// Freezes that are over at the instant of planning have no part in a plan; they
	// have in a list of what was.
	built, err := planning.Build(out.Corpus, planning.Options{AsOf: time.Unix(min(q.from, q.now), 0).UTC(), Clients: q.clients})
	if err != nil {
		return nil, err
	}
	c.input = built.Input
	return c, nil
}

// kinds are those that the answer depends on; all of them where assets are in it:
// whether a client is open is whether any of its assets is.
func (*asked) kinds(flags windowsFlags) []string {
	if flags.asset != "" || flags.openAt != "" {
		return nil
	}
	return []string{"Config", "Client", "ClientAgreement", "MaintenanceWindow", "Freeze", "HolidayCalendar", "VendorSupport"}
}

// names resolves --client, --window and --asset.
func (q *asked) names(c *corpus.Corpus, flags windowsFlags) error {
	view := c.View("")
	q.clients = slices.DeleteFunc(slices.Clone(view.Clients("Client")), func(n string) bool { return n == corpus.Global })
	client, asset := flags.client, flags.asset
	if of, name, found := strings.Cut(asset, "/"); found {
		if client != "" && client != of {
			return usage("--asset is of client %q, --client is %q", of, client)
		}
		client, asset = of, name
	}
	if client != "" {
		if !slices.Contains(q.clients, client) {
			return unknown("client", client, q.clients)
		}
		q.clients = []string{client}
	}
	switch {
	case asset == "":
	case len(q.clients) != 1:
		return usage("--asset %q: of which client? write --asset CLIENT/%s", asset, asset)
	case view.Asset(q.clients[0], asset) == nil:
		return unknown("asset of "+q.clients[0], asset, view.AssetNames(q.clients[0]))
	}
	q.asset = asset
	return q.knownWindow(view)
}

func (q *asked) knownWindow(view *corpus.View) error {
	if q.window == "" {
		return nil
	}
	var all []string
	for _, client := range append([]string{corpus.Global}, q.clients...) {
		all = append(append(all, view.Names("MaintenanceWindow", client)...), view.Names("Freeze", client)...)
	}
	if !slices.Contains(all, q.window) {
		slices.Sort(all)
		return unknown("window or freeze", q.window, slices.Compact(all))
	}
	return nil
}

// unknown is a name on the command line that nothing has.
func unknown(what, name string, known []string) error {
	if near := finding.Nearest(name, known); near != "" {
		return usage("no %s has the name %q; did you mean %s?", what, name, near)
	}
	if len(known) == 0 {
		return usage("no %s has the name %q; there are none", what, name)
	}
	if len(known) > 20 {
		return usage("no %s has the name %q; there are %d, such as %s", what, name, len(known), known[0])
	}
	return usage("no %s has the name %q; there are:\n  %s", what, name, strings.Join(known, "\n  "))
}

// list is all that a question asks for.
func (c *calendar) list(q asked) report.Windows {
	out := report.Windows{AsOf: q.now, Tzdata: window.Version, From: q.from, To: q.to}
	each := make([]report.Windows, len(c.input.Clients))
	var all sync.WaitGroup
	n := runtime.GOMAXPROCS(0)
	for k := range n {
		all.Go(func() {
			for i := k; i < len(each); i += n {
				c.listClient(&each[i], q, &c.input.Clients[i])
			}
		})
	}
	all.Wait()
	total := 0
	for i := range each {
		total += len(each[i].Occurrences)
	}
	out.Occurrences = make([]report.WindowOccurrence, 0, total)
	for i := range each {
		out.Occurrences = append(out.Occurrences, each[i].Occurrences...)
		out.Skipped = append(out.Skipped, each[i].Skipped...)
	}
	c.listUnnamed(&out, q)
	if q.asset != "" && len(c.input.Clients) > 0 {
		client := &c.input.Clients[0]
		out.Asset = client.Name + "/" + q.asset
		out.Openings = openings(client, q)
	}
	return out
}

func (c *calendar) listClient(out *report.Windows, q asked, client *rollout.Client) {
	a := assetIndex(client, q.asset)
	for i, w := range client.Windows {
		if q.wants(w.Name) && (a < 0 || slices.Contains(client.Assets[a].Windows, i)) {
			listWindow(out, q, client.Name, w.Name, w.ID, w.Def, client.Zone)
		}
	}
	for i := range client.Denies {
		d := &client.Denies[i]
		if a >= 0 && !slices.Contains(client.Assets[a].Denies, i) || !q.wants(lastName(d.ID)) {
			continue
		}
		for _, s := range d.Spans(q.from, q.to) {
			out.Occurrences = append(out.Occurrences, report.WindowOccurrence{
				Client: client.Name, Window: lastName(d.ID), ID: d.ID, Type: denyType(d.ID), Span: s, Zone: client.Zone,
			})
		}
	}
}

func (q asked) wants(name string) bool { return q.window == "" || q.window == name }

func listWindow(out *report.Windows, q asked, client, name, id string, def *window.Window, at *time.Location) {
	expansion := def.Expand(q.from, q.to)
	out.Occurrences = slices.Grow(out.Occurrences, len(expansion.Occurrences))
	for i := range expansion.Occurrences {
		o := &expansion.Occurrences[i]
		out.Occurrences = append(out.Occurrences, report.WindowOccurrence{
			Client: client, Window: name, ID: id, Type: "allow", Span: o.Span, Zone: def.Zone, At: at, Nominal: &o.Nominal, Notes: o.Notes,
		})
	}
	for _, s := range expansion.Skipped {
		out.Skipped = append(out.Skipped, report.WindowSkip{Client: client, Window: name, Skip: s})
	}
}

// listUnnamed lists windows that no agreement opens: people try them before they
// agree to them. A global one is listed only when asked for by name.
func (c *calendar) listUnnamed(out *report.Windows, q asked) {
	if q.asset != "" {
		return
	}
	view := c.corpus.View("")
	for _, client := range q.clients {
		if view.Document("Client", client, client).Get("spec").Get("status").Text() == "ended" {
			continue
		}
		for _, name := range view.Names("MaintenanceWindow", client) {
			if q.wants(name) && !c.opened(client, name) {
				c.listAlone(out, q, view, client, name)
			}
		}
	}
	if q.window != "" && !slices.ContainsFunc(out.Occurrences, func(o report.WindowOccurrence) bool { return o.Window == q.window }) {
		c.listAlone(out, q, view, corpus.Global, q.window)
	}
}

func (c *calendar) listAlone(out *report.Windows, q asked, view *corpus.View, client, name string) {
	root := view.Document("MaintenanceWindow", client, name)
	if root == nil || root.Get("spec").Get("type").Text() == "deny" {
		return
	}
	zone := c.corpus.Zone(client)
	if def := spec.ReadWindow(root, zone); def != nil {
		def.Holidays = holidays(view, client, zone)
		listWindow(out, q, client, name, "MaintenanceWindow/"+client+"/"+name, def, clientZone(c.input)(client))
	}
}

// holidays are those of a client's calendars.
func holidays(view *corpus.View, client, zone string) []window.Date {
	var out []window.Date
	refs := view.Document("Client", client, client).Get("spec").Get("holidayCalendars")
	for _, name := range spec.Texts(refs) {
		if root := view.Document("HolidayCalendar", corpus.Global, name); root != nil {
			out = append(out, spec.ReadCalendar(root, zone, view.File)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// opened reports whether an agreement of the client names a window, so that it is
// listed already.
func (c *calendar) opened(client, name string) bool {
	in := clientOf(c.input, client)
	return in != nil && slices.ContainsFunc(in.Windows, func(w rollout.Window) bool { return w.Name == name })
}

func clientOf(in *rollout.Input, name string) *rollout.Client {
	i, ok := slices.BinarySearchFunc(in.Clients, name, func(c rollout.Client, n string) int { return cmp.Compare(c.Name, n) })
	if !ok {
		return nil
	}
	return &in.Clients[i]
}

// assetIndex is the place of an asset, -1 for none.
func assetIndex(c *rollout.Client, name string) int {
	return slices.IndexFunc(c.Assets, func(a rollout.Asset) bool { return a.Name == name })
}

// lastName is the name in an identity's text.
func lastName(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// denyType is what forbids work, by the kind of its document.
func denyType(id string) string {
	switch kind, _, _ := strings.Cut(id, "/"); kind {
	case "Freeze":
		return "freeze"
	case "ClientAgreement":
		return "blackout"
	}
	return "deny"
}
