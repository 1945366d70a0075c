// Package generate writes the repository that the benchmark and the load tests
// check: any number of clients with all that belongs to one, without any
// finding at AsOf.
//
// It is a tool beside the product, not a part of it. Its randomness is PCG of
// math/rand/v2, so a seed gives the same bytes on every machine.
package generate

import (
	"bytes"
	"embed"
	"math/rand/v2"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

// AsOf is the instant at which the generated repositories check clean.
const AsOf = "2026-03-12T09:00:00Z"

// apiVersion begins every document, and nothing else does.
const apiVersion = "apiVersion: patchops.dev/v1alpha1\n"

// Repository returns the files of a repository by slash path. All clients have the
// same kinds of documents (19 each); what is missing
// to documents is filled up with incidents. Fewer documents than the clients need is
// no error: they get what they need.
func Repository(clients, documents int, seed uint64) map[string][]byte {
	g := newGenerator(seed)
	g.global()
	all := make([]*client, clients)
	for i := range all {
		all[i] = g.client(i)
		g.own(all[i])
	}
	for i := 0; clients > 0 && g.documents < documents; i++ {
		g.incident(all[i%clients], i/clients)
	}
	for _, c := range all {
		g.put("clients/"+c.Name+"/incidents.yaml", strings.Join(c.incidents, "---\n"))
	}
	return g.files
}

// Estate returns the files of a repository for rollouts: so many clients with so
// many assets in all, in JSON Lines, each asset in two plans. The first client has
// largest assets, at least its share; the others share the rest evenly.
func Estate(clients, assets, largest int, seed uint64) map[string][]byte {
	g := newGenerator(seed)
	g.global()
	for i := range clients {
		share := assets / clients
		switch {
		case i == 0 && largest > share:
			share = largest
		case largest > share:
			share = (assets - largest) / (clients - 1)
		}
		c := g.client(i)
		c.grow(g, share)
		g.own(c)
	}
	return g.files
}

func newGenerator(seed uint64) *generator {
	g := &generator{
		random: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)),
		files:  map[string][]byte{},
	}
	g.template = template.Must(template.New("").Funcs(g.functions()).ParseFS(templates, "templates/*.tmpl"))
	return g
}

type generator struct {
	random    *rand.Rand
	template  *template.Template
	files     map[string][]byte
	documents int
}

func (g *generator) functions() template.FuncMap {
	return template.FuncMap{
		"pick":   func(of ...string) string { return of[g.random.IntN(len(of))] },
		"number": func(from, to int) int { return from + g.random.IntN(to-from+1) },
		"until": func(n int) []int {
			all := make([]int, n)
			for i := range all {
				all[i] = i
			}
			return all
		},
		"add": func(a, b int) int { return a + b },
		"mod": func(a, b int) int { return a % b },
	}
}

// render executes a template of this package; that one fails is a mistake in it,
// which the tests find.
func (g *generator) render(name string, data any) string {
	var out bytes.Buffer
	if err := g.template.ExecuteTemplate(&out, name+".tmpl", data); err != nil {
		panic(err)
	}
	return out.String()
}

func (g *generator) put(path, text string) {
	if text == "" {
		return
	}
	g.documents += strings.Count(text, apiVersion)
	g.files[path] = []byte(text)
}

func (g *generator) global() {
	for _, name := range []string{"people", "groups", "approval", "profiles", "sla", "risk", "retention", "notifications", "freezes"} {
		g.put("rules/"+name+".yaml", g.render(name, nil))
	}
	for _, name := range []string{"patches", "bundles", "baselines", "holidays"} {
		g.put("catalog/"+name+".yaml", g.render(name, nil))
	}
	g.put("catalog/procedures.yaml", g.render("procedures", nil))
	g.put("catalog/evidence.yaml", g.render("evidence", nil))
	g.put("patchops.yaml", g.render("config", nil))
	g.put("playbooks/client.yml", g.render("playbook", nil))
}

// own writes the documents that every client has.
func (g *generator) own(c *client) {
	folder := "clients/" + c.Name + "/"
	for _, name := range []string{"client", "contacts", "agreement", "windows", "sites", "relay", "ha", "acceptance", "problem"} {
		g.put(folder+name+".yaml", g.render(name, c))
	}
	for _, site := range c.Sites {
		if site.Bulk != "" {
			g.put(folder+"assets/"+site.Name+".jsonl", g.render("rows", site))
		}
		g.put(folder+"assets-"+site.Name+".yaml", g.render("assets", site))
	}
	for _, name := range c.plans() {
		g.put("plans/"+c.Name+"/"+name+".yaml", g.render(name, c))
	}
}

// incident adds one to a client, so that it is counted before its file is put.
func (g *generator) incident(c *client, n int) {
	host := c.Sites[0].Assets[g.random.IntN(len(c.Sites[0].Assets))].Name
	text := g.render("incident", map[string]any{"Client": c.Name, "N": n, "Host": host})
	c.incidents = append(c.incidents, text)
	g.documents++
}
