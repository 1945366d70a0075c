package generate

import "fmt"

// A client as the templates see it.
type client struct {
	Name, City, Zone, Holidays, Currency, Scope, Phone string
	Tier                                               int
	Sites                                              []site
	incidents                                          []string
}

type site struct {
	Client, Name string
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

// assets are the 10 to 30 hosts of a site. The first is a database that the others
// may depend on, the next two are a pair.
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
		if a.Role == "app" {
			a.DependsOn = all[0].Name
		}
		all[i] = a
	}
	return all
}
