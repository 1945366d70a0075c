// Package reference judges what a document says about others: that whatever it
// refers to exists, and that its selectors select something.
//
// It reads the other documents only through an Estate, which can record what a
// verdict depends on. What a document means beyond that is for rules.
package reference

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
	"github.com/patchops/patchops/internal/spec"
)

// Estate is what a reference may point to. Client is "_" for global documents.
type Estate interface {
	Has(kind, client, name string) bool
	Names(kind, client string) []string
	Clients(kind string) []string
	Document(kind, client, name string) *document.Value
	Assets(client string) []spec.Asset
	AssetNames(client string) []string
	HasFile(path string) bool
}

// Options are what the judgement of one document needs to know beside it.
type Options struct {
	// Lenient: the plan is closed, so what it referred to may be gone.
	Lenient bool
	// Findings are the ids that documents may name, sorted.
	Findings []string
}

const global = "_"

type judge struct {
	doc     *document.Document
	estate  Estate
	options Options
	found   []finding.Finding
}

// Judge returns the findings of one document that satisfies its schema tree.
func Judge(tree *shape.Node, doc *document.Document, estate Estate, options Options) []finding.Finding {
	j := &judge{doc: doc, estate: estate, options: options}
	shape.Walk(tree, &doc.Root, j.visit)
	return j.found
}

func (j *judge) visit(p document.Path, n *shape.Node, v *document.Value) {
	j.repeated(p, n, v)
	name := n.Name
	switch {
	case name == "#Selector", name == "#ClientSelector":
		j.selector(p, v)
	case name == "#AssetRef":
		j.asset(p, v)
	case name == "#FindingID":
		j.findingID(p, v)
	case name == "#DocumentID":
		j.documentID(p, v)
	case name == "#File":
		j.file(p, v)
	case strings.HasSuffix(name, "Ref") && v.Kind == document.String:
		j.reference(p, v, strings.TrimSuffix(strings.TrimPrefix(name, "#"), "Ref"))
	}
}

func (j *judge) report(id string, severity finding.Severity, p document.Path, message, hint string) {
	j.found = append(j.found, finding.Finding{
		ID: id, Severity: severity, Message: message, Hint: hint,
		Position: j.doc.At(p), Document: j.doc.ID, Path: p.String(),
	})
}

// places are the clients whose documents a reference may mean, in order.
func (j *judge) places() []string {
	if j.doc.ID.Client == "" {
		return []string{global}
	}
	return []string{j.doc.ID.Client, global}
}

func (j *judge) reference(p document.Path, v *document.Value, kind string) {
	if j.options.Lenient {
		return
	}
	for _, client := range j.places() {
		if j.estate.Has(kind, client, v.Str) {
			return
		}
	}
	// A Client is named by itself: its documents live in its own scope.
	if kind == "Client" && j.estate.Has(kind, v.Str, v.Str) {
		return
	}
	j.unresolved(p, kind, v.Str, j.names(kind))
}

func (j *judge) names(kind string) []string {
	if kind == "Client" {
		missing := func(client string) bool { return !j.estate.Has(kind, client, client) }
		return slices.DeleteFunc(slices.Clone(j.estate.Clients(kind)), missing)
	}
	var names []string
	for _, client := range j.places() {
		names = append(names, j.estate.Names(kind, client)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (j *judge) unresolved(p document.Path, kind, name string, names []string) {
	hint := ""
	switch near := finding.Nearest(name, names); {
	case near != "":
		hint = fmt.Sprintf("write %q", near)
	case len(names) > 0 && len(names) <= 8:
		hint = "write one of " + strings.Join(names, ", ")
	}
	message := fmt.Sprintf("%s %q does not exist", kind, name)
	if j.doc.ID.Client != "" && kind != "Client" {
		message += fmt.Sprintf(" in client %q, nor as a global document", j.doc.ID.Client)
	}
	j.report("reference/unresolved", finding.Error, p, message, hint)
}

func (j *judge) asset(p document.Path, v *document.Value) {
	if j.options.Lenient || v.Kind != document.String {
		return
	}
	client, name := j.doc.ID.Client, v.Str
	if client == "" {
		var ok bool
		if client, name, ok = strings.Cut(v.Str, "/"); !ok {
			j.report("reference/unresolved", finding.Error, p,
				fmt.Sprintf("asset %q names no client", v.Str), "write client/asset in a global document")
			return
		}
	}
	names := j.estate.AssetNames(client)
	if _, ok := slices.BinarySearch(names, name); !ok {
		hint := ""
		if near := nearestAsset(strings.TrimPrefix(name, client+"/"), names); near != "" {
			hint = fmt.Sprintf("write %q", strings.TrimSuffix(v.Str, name)+near)
		}
		j.report("reference/unresolved-asset", finding.Error, p, fmt.Sprintf("asset %q does not exist in client %q", name, client), hint)
	}
}

// nearestAsset is the name that was probably meant, first of all one that
// differs in case only; "" when none is near.
func nearestAsset(name string, names []string) string {
	if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) }); i >= 0 {
		return names[i]
	}
	return finding.Nearest(name, names)
}

// documentID judges a document named as kind/client/name.
func (j *judge) documentID(p document.Path, v *document.Value) {
	parts := strings.Split(v.Text(), "/")
	if len(parts) != 3 || j.estate.Has(parts[0], parts[1], parts[2]) {
		return
	}
	var ids []string
	for _, client := range j.estate.Clients(parts[0]) {
		for _, name := range j.estate.Names(parts[0], client) {
			ids = append(ids, parts[0]+"/"+client+"/"+name)
		}
	}
	hint := ""
	if near := finding.Nearest(v.Str, ids); near != "" {
		hint = fmt.Sprintf("write %q", near)
	}
	j.report("reference/unresolved", finding.Error, p, fmt.Sprintf("document %q does not exist", v.Str), hint)
}

func (j *judge) findingID(p document.Path, v *document.Value) {
	if v.Kind != document.String {
		return
	}
	if _, ok := slices.BinarySearch(j.options.Findings, v.Str); ok {
		return
	}
	hint := ""
	if near := finding.Nearest(v.Str, j.options.Findings); near != "" {
		hint = fmt.Sprintf("write %q", near)
	}
	j.report("reference/unknown-finding", finding.Error, p, fmt.Sprintf("no finding has the id %q", v.Str), hint)
}

func (j *judge) file(p document.Path, v *document.Value) {
	if v.Kind == document.String && !j.estate.HasFile(v.Str) {
		j.report("reference/missing-file", finding.Error, p,
			fmt.Sprintf("file %q does not exist in the repository", v.Str), "write a path from the repository root")
	}
}
