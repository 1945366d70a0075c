package pipeline

import (
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/reference"
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

// judge gives every task its verdict.
func (e *Engine) judge(c *corpus.Corpus, todo []task, options reference.Options) error {
	return parallel(len(todo), func(i int) error {
		todo[i].head.Verdict = e.verdict(c, todo[i].entry, options)
		return nil
	})
}

func (e *Engine) verdict(c *corpus.Corpus, entry *corpus.Entry, options reference.Options) *Verdict {
	doc := entry.Document()
	view := c.View(doc.ID.Client)
	options.Lenient = entry.Closed
	found := append(e.bulk(doc, view), e.estate(doc, view)...)
	found = append(found, reference.Judge(e.Shapes.Kinds[doc.ID.Kind], doc, view, options)...)
	found = append(found, e.parameters(doc)...)
	judged, evaluated := e.rules(c, entry, view)
	return &Verdict{Findings: append(found, judged...), Evaluated: evaluated, Read: view.Dependencies()}
}

// rules judges a document by all rules. Where that met a broken document it is
// done again rule by rule, and what a rule says because it could not see that
// document is dropped: the broken document has findings of its own.
func (e *Engine) rules(c *corpus.Corpus, entry *corpus.Entry, view *corpus.View) ([]finding.Finding, int) {
	doc := entry.Document()
	found, evaluated := e.Rules.Judge(doc, view)
	if !view.Broken() || len(found) == 0 {
		return found, evaluated
	}
	found = nil
	for n := range e.Rules.Count(doc.ID.Kind) {
		own := c.View(doc.ID.Client)
		if said := e.Rules.JudgeRule(n, doc, own); !own.Broken() {
			found = append(found, said...)
		}
	}
	return found, evaluated
}
