package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/reference"
	"github.com/patchops/patchops/internal/risk"
	"github.com/patchops/patchops/internal/shape"
	"github.com/patchops/patchops/internal/spec"
)

// task is one document that has no verdict that still holds.
type task struct {
	entry *corpus.Entry
	head  *Head
}

// tasks lists the documents to judge: those that satisfy their schema and whose
// kept verdict, if any, no longer holds. A verdict that holds stays in place.
func tasks(c *corpus.Corpus, files []*file) []task {
	var out []task
	at := 0
	for _, f := range files {
		for _, h := range f.Documents {
			if h.Ignored {
				continue
			}
			entry := c.Entries()[at]
			at++
			if h.Broken || h.Verdict.stillHolds(c) {
				continue
			}
			out = append(out, task{entry, h})
		}
	}
	return out
}

// judging is the judgement of many documents of one corpus.
type judging struct {
	*Engine
	rules   *policy.Engine
	corpus  *corpus.Corpus
	options reference.Options
	terms   *policy.Terms  // of global documents
	ruling  *corpus.Corpus // whose settings rules follow; nil: of the same
	own     []string       // ids of the tree's own rules
}

// all gives every task its verdict. Documents are judged client by client: what
// is derived of a client's documents, and what they look like to rules, lives no
// longer than that.
func (j *judging) all(todo []task) error {
	clients := map[string][]task{}
	for _, t := range todo {
		clients[t.entry.ID.Client] = append(clients[t.entry.ID.Client], t)
	}
	groups := split(clients)
	shares := map[string]*share{}
	for _, g := range groups {
		client := g[0].entry.ID.Client
		if shares[client] == nil {
			shares[client] = &share{terms: policy.NewTerms()}
		}
		shares[client].left.Add(1)
	}
	return parallel(len(groups), 1, func(i int) error {
		client := groups[i][0].entry.ID.Client
		share := shares[client]
		for _, t := range groups[i] {
			t.head.Verdict = j.verdict(t.entry, share.terms)
		}
		if share.left.Add(-1) == 0 {
			share.terms = nil
			j.corpus.Forget(client)
		}
		return nil
	})
}

// share is what the groups of one client share until the last of them is judged.
type share struct {
	terms *policy.Terms
	left  atomic.Int32 // groups not yet judged
}

// split makes groups of one client each, in a fixed order; a client with many
// documents is several groups, so that no processor waits for another.
func split(clients map[string][]task) [][]task {
	const most = 256
	var groups [][]task
	for _, client := range slices.Sorted(maps.Keys(clients)) {
		groups = slices.AppendSeq(groups, slices.Chunk(clients[client], most))
	}
	return groups
}

// data is what rules read, with the memory of terms that they share.
type data struct {
	*corpus.View
	terms, global *policy.Terms
	ruling        *corpus.Corpus // whose settings rules follow; nil: of the same
}

// Terms implements policy.Remembering.
func (d data) Terms() (clients, global *policy.Terms) { return d.terms, d.global }

func (j *judging) verdict(entry *corpus.Entry, terms *policy.Terms) *Verdict {
	doc := entry.Document()
	view := j.corpus.View(doc.ID.Client)
	options := j.options
	options.Lenient = entry.Closed
	tree := j.Shapes.Kinds[doc.ID.Kind]
	found, rows := j.assets(doc, view)
	found = append(found, emptyLists(tree, doc)...)
	broken := len(found) > 0 // like a document that breaks its schema
	found = append(found, j.estate(doc, view)...)
	found = append(found, references(tree, doc, view, options)...)
	if !entry.Closed {
		found = append(found, reference.Between(doc, view)...)
		found = append(found, spec.Coherent(doc, func() string { return zoneOf(view, doc.ID.Client) })...)
		found = append(found, spec.TimeLints(doc, view)...)
		found = append(found, risk.Lints(doc)...)
	}
	found = append(found, j.rowReferences(doc, rows, view, options)...)
	found = append(found, j.levels(doc, options.Findings)...)
	found = append(found, parameters(j.rules, doc, view, func(id string) bool { return !slices.Contains(j.own, id) })...)
	if broken || entry.Closed { // a closed plan is history that no rule judges
		return &Verdict{Findings: found, Read: view.Dependencies()}
	}
	judged, evaluated := j.judgeByRules(doc, view, terms)
	return &Verdict{Findings: append(found, judged...), Evaluated: evaluated, Read: view.Dependencies()}
}

// judgeByRules judges a document by all rules. Where that met a broken document it is
// done again rule by rule, and what a rule says because it could not see that
// document is dropped: the broken document has findings of its own.
func (j *judging) judgeByRules(doc *document.Document, view *corpus.View, terms *policy.Terms) ([]finding.Finding, int) {
	found, evaluated := j.rules.Judge(doc, data{view, terms, j.terms, j.ruling})
	if !view.Broken() || len(found) == 0 {
		return found, evaluated
	}
	found = nil
	for n := range j.rules.Count(doc.ID.Kind) {
		alone := j.corpus.View(doc.ID.Client)
		if said := j.rules.JudgeRule(n, doc, data{alone, terms, j.terms, j.ruling}); !alone.Broken() {
			found = append(found, said...)
		}
	}
	return found, evaluated
}

// zoneOf is where the bare dates of a client's documents are read.
func zoneOf(view *corpus.View, client string) string {
	return view.Document("Client", client, client).Get("spec").Get("timezone").Text()
}

// references judges references and selectors. What is missing because a broken
// document could not be read is left out: that document has findings of its own.
func references(tree *shape.Node, doc *document.Document, view *corpus.View, options reference.Options) []finding.Finding {
	found := reference.Judge(tree, doc, view, options)
	if !view.Broken() {
		return found
	}
	return slices.DeleteFunc(found, func(f finding.Finding) bool {
		return f.ID == "selector/no-match" || f.ID == "reference/unresolved-asset"
	})
}

// emptyLists says which required lists have no element: a plan without waves, a
// step without a command. Lists whose emptiness a rule judges are left to it.
func emptyLists(tree *shape.Node, doc *document.Document) []finding.Finding {
	var out []finding.Finding
	shape.Walk(tree, &doc.Root, func(p document.Path, n *shape.Node, v *document.Value) {
		if v.Kind != document.Map || n.Map == nil {
			return
		}
		for i, k := range v.Keys {
			f := n.Map.Field(k.Name)
			item := &v.Items[i]
			if f == nil || !f.Required || item.Kind != document.List || len(item.Items) > 0 || mayBeEmpty[doc.ID.Kind+"."+k.Name] {
				continue
			}
			full := p.With(document.Segment{Key: k.Name})
			out = append(out, finding.Finding{
				ID: "schema/empty-list", Severity: finding.Error, Message: fmt.Sprintf("%s is empty, wanted at least one element", k.Name),
				Hint: "add an element", Position: doc.At(full), Document: doc.ID, Path: full.String(),
			})
		}
	})
	return out
}

var mayBeEmpty = map[string]bool{
	"AssetList.assets":                 true, // a new client
	"ClientAgreement.windowRefs":       true, // agreement/windows
	"ClientAgreement.acknowledgements": true, // agreement/acknowledgements
	"ClientAgreement.contactRefs":      true, // agreement/notice-contacts
	"ClientAgreement.channels":         true, // agreement/notice-channels
	"HAGroup.members":                  true, // ha/members
	"Group.members":                    true, // approval/group-too-small
	"HolidayCalendar.days":             true, // a year without holidays
}
