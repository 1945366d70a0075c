package policy

import (
	"context"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// Judge judges a document by the rules of the document gate that are written
// for its kind, and returns how many those are. The document must satisfy its
// schema: rules rely on it.
func (e *Engine) Judge(doc *document.Document, data Data) (findings []finding.Finding, evaluated int) {
	return e.judge(e.query(doc.ID.Kind), doc, data)
}

// JudgeGate judges the input of another gate. Its findings have no position but
// that of their path in the input.
func (e *Engine) JudgeGate(gate string, input *document.Value, data Data) (findings []finding.Finding, evaluated int) {
	return e.judge(e.query(gate), &document.Document{Root: *input}, data)
}

func (e *Engine) judge(q *query, doc *document.Document, data Data) ([]finding.Finding, int) {
	if q == nil {
		return nil, 0
	}
	j := judgement{engine: e, query: q, doc: doc, input: toTerm(&doc.Root), store: newStore(e, data)}
	if q.broken != nil {
		for _, r := range q.rules {
			j.fail(r(), q.broken)
		}
		return j.found, len(q.rules)
	}
	if denied, err := j.run(q.joint, len(q.rules)); err == nil {
		for i, r := range q.rules {
			j.add(r, denied.Elem(i).Value)
		}
		return finding.Sort(j.found), len(q.rules)
	}
	// One failing rule fails the joint query; alone, the others still report.
	for i, r := range q.rules {
		denied, err := j.alone(i)
		if err != nil {
			j.fail(r(), err)
			continue
		}
		j.add(r, denied.Elem(0).Value)
	}
	return finding.Sort(j.found), len(q.rules)
}

// A judgement is one document under its rules.
type judgement struct {
	engine *Engine
	query  *query
	doc    *document.Document
	input  *ast.Term
	store  *store
	found  []finding.Finding
}

var errUndefined = errors.New("the rule is undefined")

// alone evaluates one rule of the query.
func (j *judgement) alone(i int) (*ast.Array, error) {
	body, err := j.query.single[i]()
	if err != nil {
		return nil, err
	}
	return j.run(body, 1)
}

// run evaluates a query of n rules.
func (j *judgement) run(body ast.Body, n int) (*ast.Array, error) {
	var list *ast.Array
	spent := &budget{left: stepsPerRule}
	query := topdown.NewQuery(body).WithCompiler(j.query.compiler).WithStore(j.store).
		WithTransaction(transaction{}).WithInput(j.input).WithBuiltins(j.engine.builtins).
		WithStrictBuiltinErrors(true).WithIndexing(false).WithCancel(spent).WithTime(epoch).WithSeed(noSeed{})
	err := query.Iter(context.Background(), func(r topdown.QueryResult) error {
		list, _ = r[result].Value.(*ast.Array)
		return nil
	})
	switch {
	case err != nil && spent.left <= 0:
		return nil, fmt.Errorf("needs more than %d steps", stepsPerRule)
	case err != nil:
		return nil, err
	case list == nil || list.Len() != n:
		return nil, errUndefined
	}
	return list, nil
}

// add turns the members of a deny set into findings.
func (j *judgement) add(rule func() *Rule, denied ast.Value) {
	set, ok := denied.(ast.Set)
	if !ok {
		j.fail(rule(), fmt.Errorf("deny is %s, want a set", ast.ValueName(denied)))
		return
	}
	set.Foreach(func(member *ast.Term) {
		r := rule()
		d, err := readDenial(member.Value)
		if err != nil {
			j.fail(r, err)
			return
		}
		f := finding.Finding{
			ID: r.ID, Severity: r.Severity, Message: d.message, Hint: d.hint,
			Document: j.doc.ID, Path: d.path.String(), Position: j.doc.At(d.path),
		}
		j.found = append(j.found, f)
	})
}

// fail reports that a rule could not judge the document: at the rule, for the
// document is not what is wrong.
func (j *judgement) fail(r *Rule, err error) {
	at, message := r.Position, err.Error()
	if e, ok := errors.AsType[*topdown.Error](err); ok {
		at, message = position(e.Location, r.Position.File), e.Message
	}
	f := problem("policy/evaluate", at, fmt.Sprintf("rule %s cannot judge %s: %s", r.ID, j.name(), oneLine(message)), "")
	f.Document = j.doc.ID
	if j.doc.File != "" {
		f.Related = []finding.Related{{Position: j.doc.At(nil), Message: "the document that was judged"}}
	}
	j.found = append(j.found, f)
}

func (j *judgement) name() string {
	if j.doc.ID.IsZero() {
		return "its input"
	}
	return j.doc.ID.String()
}

// A denial is one member of a deny set.
type denial struct {
	path          document.Path
	message, hint string
}

func readDenial(v ast.Value) (denial, error) {
	var d denial
	fields, ok := v.(ast.Object)
	if !ok {
		return d, fmt.Errorf("deny holds %s, want an object of path and message", ast.ValueName(v))
	}
	err := fields.Iter(func(k, t *ast.Term) error {
		switch key, _ := k.Value.(ast.String); key {
		case "path":
			return d.setPath(t.Value)
		case "message":
			return setText(&d.message, "message", t.Value)
		case "hint":
			return setText(&d.hint, "hint", t.Value)
		}
		return fmt.Errorf("deny holds an unknown key %s", k)
	})
	if err == nil && (d.message == "" || fields.Get(ast.InternedTerm("path")) == nil) {
		err = errors.New("deny holds an object without path or message")
	}
	return d, err
}

func setText(to *string, key string, v ast.Value) error {
	s, ok := v.(ast.String)
	if !ok {
		return fmt.Errorf("%s is %s, want a string", key, ast.ValueName(v))
	}
	*to = string(s)
	return nil
}

func (d *denial) setPath(v ast.Value) error {
	list, ok := v.(*ast.Array)
	if !ok {
		return fmt.Errorf("path is %s, want a list", ast.ValueName(v))
	}
	return list.Iter(func(t *ast.Term) error {
		switch segment := t.Value.(type) {
		case ast.String:
			d.path = append(d.path, document.Segment{Key: string(segment)})
			return nil
		case ast.Number:
			if i, ok := segment.Int(); ok {
				d.path = append(d.path, document.Segment{Index: i})
				return nil
			}
		}
		return fmt.Errorf("path holds %s, want strings and indexes", t)
	})
}
