package policy

import (
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// JudgeRule judges a document by the n-th rule of its kind alone, for
// 0 <= n < Count(kind): what that rule reads is then all that data hears.
func (e *Engine) JudgeRule(n int, doc *document.Document, data Data) []finding.Finding {
	q := e.query(doc.ID.Kind)
	j := judgement{engine: e, query: q, doc: doc, input: toTerm(&doc.Root), store: newStore(e, data)}
	if q.broken != nil {
		j.fail(q.rules[n](), q.broken)
		return j.found
	}
	denied, err := j.alone(n)
	if err != nil {
		j.fail(q.rules[n](), err)
		return j.found
	}
	j.add(q.rules[n], denied.Elem(0).Value)
	return finding.Sort(j.found)
}
