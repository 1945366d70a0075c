package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// Between returns what documents of one kind say about each other and cannot
// all mean: a circle (reference/cycle), and a former name that is taken
// (document/formerly). Dependencies of assets are left to estate/dependency-cycle.
func Between(doc *document.Document, estate Estate) []finding.Finding {
	j := &judge{doc: doc, estate: estate}
	j.formerly()
	switch doc.ID.Kind {
	case "Relay":
		j.parents()
	case "Patch":
		j.superseded()
	case "AssetList":
		j.guests()
	}
	return j.found
}

func (j *judge) parents() {
	client, name := j.doc.ID.Client, j.doc.ID.Name
	next := func(relay string) []string { return one(j.spec("Relay", client, relay).Get("parent").Text()) }
	if way := circle(name, next(name), next); way != nil {
		j.report("reference/cycle", finding.Error, specPath("parent"),
			"the relay loads from itself: "+strings.Join(way, " -> "), "let one of them load from the source")
	}
}

func (j *judge) superseded() {
	next := func(patch string) []string { return texts(j.spec("Patch", global, patch).Get("supersedes")) }
	path := specPath("supersedes")
	for i, older := range next(j.doc.ID.Name) {
		if way := circle(j.doc.ID.Name, []string{older}, next); way != nil {
			j.report("reference/cycle", finding.Error, path.With(document.Segment{Index: i}),
				"the patch supersedes itself: "+strings.Join(way, " -> "), "let only the newer patch supersede the older")
		}
	}
}

// guests judges the assets of one list: none runs on itself.
func (j *judge) guests() {
	assets := j.estate.Assets(j.doc.ID.Client)
	hosts := map[string]string{}
	for i := range assets {
		if host := assets[i].Value.Get("runsOn").Text(); host != "" {
			hosts[assets[i].Name] = host
		}
	}
	next := func(asset string) []string { return one(hosts[asset]) }
	for i := range assets {
		a := &assets[i]
		if a.List != j.doc.ID || hosts[a.Name] == "" {
			continue
		}
		if way := circle(a.Name, next(a.Name), next); way != nil {
			j.found = append(j.found, finding.Finding{
				ID: "reference/cycle", Severity: finding.Error, Position: a.At("runsOn"), Document: a.List,
				Message: fmt.Sprintf("asset %q is a guest of itself: %s", a.Name, strings.Join(way, " -> ")),
				Hint:    "correct the runsOn of one of them",
			})
		}
	}
}

// circle is the shortest way from a name over its next ones back to it; nil
// when there is none.
func circle(name string, first []string, next func(string) []string) []string {
	from := map[string]string{}
	queue := []string{}
	enter := func(names []string, by string) {
		for _, n := range names {
			if _, seen := from[n]; !seen {
				from[n] = by
				queue = append(queue, n)
			}
		}
	}
	for enter(first, name); len(queue) > 0; queue = queue[1:] {
		if queue[0] != name {
			enter(next(queue[0]), queue[0])
			continue
		}
		way := []string{name}
		for at := from[name]; at != name; at = from[at] {
			way = append(way, at)
		}
		slices.Reverse(way)
		return append([]string{name}, way...)
	}
	return nil
}

// formerly judges former names: nobody else has or had them.
func (j *judge) formerly() {
	id := j.doc.ID
	path := document.Path{{Key: "metadata"}, {Key: "formerly"}}
	client := id.Client
	if client == "" {
		client = global
	}
	names, _ := j.doc.Root.Find(path)
	for i, name := range texts(names) {
		say := func(message, hint string) {
			j.report("document/formerly", finding.Error, path.With(document.Segment{Index: i}), message, hint)
		}
		switch {
		case name == id.Name:
			say(fmt.Sprintf("the former name %q is its name", name), "remove it")
		case j.estate.Has(id.Kind, client, name):
			say(fmt.Sprintf("the former name %q is the name of another %s", name, id.Kind), "remove it, or rename the other")
		default:
			if other := j.claims(client, name); other != "" {
				say(fmt.Sprintf("%s %q had the name %q too", id.Kind, other, name), "leave it to the one whose history goes on")
			}
		}
	}
}

// claims is another document of the kind with the former name, "" if none. Only
// names before the judged one are asked, so that one of two is found.
func (j *judge) claims(client, name string) string {
	for _, other := range j.estate.Names(j.doc.ID.Kind, client) {
		if other < j.doc.ID.Name && slices.Contains(texts(j.estate.Document(j.doc.ID.Kind, client, other).Get("metadata").Get("formerly")), name) {
			return other
		}
	}
	return ""
}

func (j *judge) spec(kind, client, name string) *document.Value {
	return j.estate.Document(kind, client, name).Get("spec")
}

func specPath(field string) document.Path { return document.Path{{Key: "spec"}, {Key: field}} }

func one(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

func texts(list *document.Value) []string {
	var out []string
	for i := range list.Elements() {
		out = append(out, list.Items[i].Text())
	}
	return out
}
