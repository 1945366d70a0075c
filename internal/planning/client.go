package planning

import (
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/risk"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/window"
)

// client is one client under way.
type client struct {
	*builder
	name     string
	view     *corpus.View
	root     *document.Value
	facets   spec.Facets
	zone     string
	status   string
	holidays []window.Date

	plans    []*plan // for this client, sorted by name
	assets   []*spec.Asset
	index    map[string]int  // assets by name
	depends  [][]int         // by asset, those it depends on
	partly   map[string]bool // assets of whose packages only facts say anything
	groups   map[string]int
	relays   map[string]int
	windows  map[string]int
	opening  []*spec.Selector // of each of out.Windows
	binding  []*spec.Selector // of each of out.Denies
	terms    []*spec.Terms    // sorted by name
	spans    []inForce        // of each of out.Agreements
	now      *spec.Terms      // in force now; else the next ones, else nil
	ruling   []risk.Rule      // the SLA rules
	slaID    string
	contacts map[string]spec.Person
	accepted []acceptance
	problems []scopedProblems // its own, then the global ones
	solves   map[solved]int   // incidents of the problems that a patch is to solve

	classOf []int
	classes []*class
	judged  []map[*class]*verdict // by plan, as in out.Plans
	said    []finding.Finding
	out     rollout.Client
}

// client begins a client; nil for one that cannot be read or has ended.
func (b *builder) client(name string) *client {
	view := b.corpus.View(name)
	root := view.Document("Client", name, name)
	s := root.Get("spec")
	if root == nil || s.Get("status").Text() == "ended" {
		return nil
	}
	c := &client{
		builder: b, name: name, view: view, root: root, facets: spec.ClientFacets(root),
		zone: s.Get("timezone").Text(), status: s.Get("status").Text(),
	}
	loc, err := window.Zone(c.zone)
	if err != nil {
		c.zone, loc = "UTC", time.UTC
	}
	c.out.Name, c.out.Zone = name, loc
	c.holidays = c.closed(s.Get("holidayCalendars"), c.zone)
	c.out.Business = spec.ReadWeek(s.Get("businessHours"), c.zone, c.holidays)
	return c
}

// closed are the days of some holiday calendars, sorted. A calendar without a
// zone of its own is read in the one given.
func (c *client) closed(refs *document.Value, zone string) []window.Date {
	var out []window.Date
	for i := range refs.Elements() {
		out = append(out, c.calendar(refs.Items[i].Text(), zone)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (c *client) calendar(name, zone string) []window.Date {
	root := c.view.Document("HolidayCalendar", corpus.Global, name)
	if root == nil {
		return nil
	}
	if ics := root.Get("spec").Get("ics").Text(); ics != "" {
		c.view.HasFile(ics)
	}
	key := name + " " + zone
	c.mu.Lock()
	defer c.mu.Unlock()
	days, known := c.calendars[key]
	if !known {
		days = spec.ReadCalendar(root, zone, c.view.File)
		c.calendars[key] = days
	}
	return days
}

// build reads everything of the client. What is selected needs the selectors of
// everything that selects, so those come first.
func (c *client) build() {
	c.readPlans()
	c.readAssets()
	c.readGroups()
	c.readRelays()
	c.readTerms()
	c.readWindows()
	c.readDenies()
	c.readSupports()
	c.readContacts()
	c.readRules()
	c.readAcceptances()
	c.readProblems()
	c.classify()
	c.fillAssets()
	c.fillAgreements()
	for _, p := range c.plans {
		c.fillPlan(p)
	}
	c.unknownHosts()
	c.horizonFindings()
}

func (c *client) readPlans() {
	for _, p := range c.plansOf(c.view, c.name, c.zone) {
		if p.Targets.For(c.name, c.root) {
			c.plans = append(c.plans, p)
		}
	}
	for _, p := range c.templates {
		if p.Targets.For(c.name, c.root) {
			c.view.Document("PatchPlan", corpus.Global, p.ID.Name)
			c.plans = append(c.plans, p)
		}
	}
	slices.SortStableFunc(c.plans, func(a, b *plan) int { return strings.Compare(a.ID.Name, b.ID.Name) })
}

// readAssets takes a client's assets in the order of their names; of two with
// one name the first. They are let go when the client is built, and read again
// where an explanation needs them.
func (c *client) readAssets() {
	if c.assets != nil {
		return
	}
	assets := c.view.Assets(c.name)
	c.index = make(map[string]int, len(assets))
	c.assets = make([]*spec.Asset, 0, len(assets))
	for i := range assets {
		if _, twice := c.index[assets[i].Name]; !twice {
			c.index[assets[i].Name] = 0
			c.assets = append(c.assets, &assets[i])
		}
	}
	slices.SortFunc(c.assets, func(a, b *spec.Asset) int { return strings.Compare(a.Name, b.Name) })
	for i, a := range c.assets {
		c.index[a.Name] = i
	}
	c.partly = map[string]bool{}
	c.learn()
}

// readGroups reads the HA groups. A group that assets name and nobody declares
// holds one member down at a time, as one that says nothing.
func (c *client) readGroups() {
	c.groups = map[string]int{}
	names := slices.Clone(c.view.Names("HAGroup", c.name))
	members := map[string][]int{}
	for i, a := range c.assets {
		if name := a.Value.Get("haGroup").Text(); name != "" {
			members[name] = append(members[name], i)
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i, name := range slices.Compact(names) {
		c.groups[name] = i
		s := c.view.Document("HAGroup", c.name, name).Get("spec")
		g := rollout.Group{
			Name: name, ID: identity("HAGroup", c.name, name).String(), Members: members[name],
			Max:          int(spec.Whole(s.Get("maxUnavailable"), 1)),
			StandbyFirst: s.Get("order").Text() == "standbyFirst", Primary: -1, Soak: spec.Seconds(s.Get("soak")),
		}
		if primary, known := c.index[s.Get("primary").Text()]; known && slices.Contains(g.Members, primary) {
			g.Primary = primary
		}
		c.out.Groups = append(c.out.Groups, g)
	}
}

func (c *client) readRelays() {
	c.relays = map[string]int{}
	for _, name := range c.view.Names("Relay", c.name) {
		root := c.view.Document("Relay", c.name, name)
		mbps := spec.Whole(root.Get("spec").Get("bandwidthMbps"), 0)
		if mbps <= 0 {
			continue
		}
		c.relays[name] = len(c.out.Relays)
		c.out.Relays = append(c.out.Relays, rollout.Relay{
			Name: name, ID: identity("Relay", c.name, name).String(), Mbps: mbps,
			Lead: spec.Seconds(root.Get("spec").Get("prefetchLead")), Streams: int(spec.Whole(root.Get("spec").Get("maxStreams"), 0)),
			Host: root.Get("spec").Get("assetRef").Text(), Parent: root.Get("spec").Get("parent").Text(),
		})
	}
}

// readContacts reads whom the client's agreements may name.
func (c *client) readContacts() {
	c.contacts = map[string]spec.Person{}
	for _, name := range c.view.Names("Contact", c.name) {
		if root := c.view.Document("Contact", c.name, name); root != nil {
			c.contacts[name] = spec.ReadContact(root, c.zone)
			c.turns(c.contacts[name].Until)
		}
	}
}

// readRules finds the SLA rules: of the policy that the agreement in force names,
// of the client's own or the global one of that name, else of the default.
func (c *client) readRules() {
	name := "default"
	if c.now != nil && c.now.From <= c.asOf && c.now.SLAPolicy != "" {
		name = c.now.SLAPolicy
	}
	root, id := named(c.view, "SLAPolicy", c.name, name)
	if root == nil && name != "default" {
		root, id = named(c.view, "SLAPolicy", c.name, "default")
	}
	if root != nil {
		c.ruling, c.slaID = risk.ReadRules(root), id.String()
	}
}
