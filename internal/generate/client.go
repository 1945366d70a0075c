package generate

import (
	"fmt"
	"slices"
)

// A client as the templates see it.
type client struct {
	Name, City, Zone, Holidays, Currency, Scope, Phone string
	Tier                                               int
	Sites                                              []site
	Capacity                                           int // of the nightly window; 0: a small random one
	incidents                                          []string
}

type site struct {
	Client, Name string
	Bulk         string   // the file of its assets; "" where they stand in the list
	Groups       []string // HA groups beside the first
	Assets       []asset
}

type asset struct {
	Name, Class, OS, OSVersion, Role, Exposure, Profile, Group, DependsOn, Address string
	Tier                                                                           int
	Openssl                                                                        string
}

// place is where a client is at home.
type place struct{ city, zone, holidays, currency, phone string }

func places() []place {
	return []place{
		{"Berlin", "Europe/Berlin", "de", "EUR", "+4930"},
		{"Hamburg", "Europe/Berlin", "de", "EUR", "+4940"},
		{"London", "Europe/London", "gb", "GBP", "+4420"},
		{"New York", "America/New_York", "us", "USD", "+1212"},
		{"Chicago", "America/Chicago", "us", "USD", "+1312"},
		{"Sydney", "Australia/Sydney", "au", "AUD", "+6125"},
	}
}

func (g *generator) client(i int) *client {
	home := places()[g.random.IntN(len(places()))]
	c := &client{
		Name: fmt.Sprintf("client-%04d", i), City: home.city, Zone: home.zone, Holidays: home.holidays,
		Currency: home.currency, Phone: home.phone, Tier: g.random.IntN(3),
		Scope: []string{"pci-dss", "hipaa", "iso-27001"}[g.random.IntN(3)],
	}
	for s, name := range []string{"main", "branch"} {
		c.Sites = append(c.Sites, site{Client: c.Name, Name: name, Assets: g.assets(s)})
	}
	return c
}

// assets are the 10 to 30 hosts of a site. The first is a database that some
// depend on, the next two are a pair.
func (g *generator) assets(site int) []asset {
	all := make([]asset, 10+g.random.IntN(21))
	for i := range all {
		a := asset{
			Name: fmt.Sprintf("h%d-%03d", site, i), Class: "server", Role: "app", Tier: 1 + g.random.IntN(3),
			OS: "debian", OSVersion: "12", Profile: "debian-apt",
			Address: fmt.Sprintf("10.%d.%d.%d", 20+site, g.random.IntN(250), 10+i), Openssl: "3.0.14-1~deb12u1",
		}
		switch {
		case i == 0:
			a.Role, a.Tier = "database", 0
		case i < 3:
			a.Role, a.Group, a.Exposure = "web", fmt.Sprintf("web-%d", site), "public"
		case i%5 == 4:
			a.Class, a.Role, a.Tier, a.OS, a.OSVersion, a.Profile, a.Openssl = "workstation", "office", 3, "windows", "11", "windows-client", ""
		case i%5 == 3:
			a.OS, a.OSVersion, a.Profile, a.Openssl = "rhel", "9", "rhel-dnf", "1:3.0.7-27.el9"
		}
		if a.Role == "app" && i%3 == 0 {
			a.DependsOn = all[0].Name
		}
		all[i] = a
	}
	return all
}

// plans are the two plans of a client: those of an estate select every asset.
func (c *client) plans() []string {
	if c.Capacity > 0 {
		return []string{"monthly", "agent"}
	}
	return []string{"monthly", "openssl"}
}

// grow gives a client so many assets, in bulk files: of each twenty, one is a
// database, four are in pairs, and the rest depends on the database.
func (c *client) grow(g *generator, assets int) {
	c.Capacity = max(4, assets/20)
	for s := range c.Sites {
		site := &c.Sites[s]
		site.Bulk = "clients/" + c.Name + "/assets/" + site.Name + ".jsonl"
		site.Assets = nil
		for rack := 0; len(site.Assets) < (assets+1-s)/2; rack++ {
			site.Assets = append(site.Assets, g.rack(s, rack, min(20, (assets+1-s)/2-len(site.Assets)))...)
		}
		site.Groups = site.groups()
	}
}

// rack is so many assets that belong together.
func (g *generator) rack(site, rack, size int) []asset {
	all := g.assets(site)
	for len(all) < size {
		all = append(all, g.assets(site)[3:]...)
	}
	all = all[:size]
	for i := range all {
		a := &all[i]
		a.Name = fmt.Sprintf("h%d-%03d", site, rack*20+i)
		a.Address = fmt.Sprintf("10.%d.%d.%d", 20+site, rack%250, 10+i)
		if a.DependsOn != "" {
			a.DependsOn = all[0].Name
		}
		switch i {
		case 1, 2:
			a.Group = fmt.Sprintf("web-%d-%04d", site, rack)
		case 3, 5:
			a.Group = fmt.Sprintf("app-%d-%04d", site, rack)
		default:
			a.Group = ""
		}
	}
	return all
}

// groups are the names of the HA groups that at least two of its assets name; an
// asset alone leaves its group.
func (s *site) groups() []string {
	members := map[string]int{}
	for _, a := range s.Assets {
		members[a.Group]++
	}
	var names []string
	for i := range s.Assets {
		a := &s.Assets[i]
		if members[a.Group] < 2 {
			a.Group = ""
		}
		if a.Group != "" && !slices.Contains(names[max(0, len(names)-2):], a.Group) {
			names = append(names, a.Group)
		}
	}
	return names
}
