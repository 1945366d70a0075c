package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// Coverage says which lines of a rule's file ran in its tests. Only lines that
// hold a rule's head or an expression count.
type Coverage struct {
	File   string
	Lines  int
	Missed []int
}

// lineCover collects the lines that ran, by file.
type lineCover map[string]map[int]bool

// Enabled implements topdown.QueryTracer.
func (lineCover) Enabled() bool { return true }

// Config implements topdown.QueryTracer.
func (lineCover) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

// TraceEvent implements topdown.QueryTracer: a head has run when its body holds.
func (l lineCover) TraceEvent(e topdown.Event) {
	switch node := e.Node.(type) {
	case *ast.Rule:
		if e.Op == topdown.ExitOp {
			l.add(node.Head.Location)
		}
	case *ast.Expr:
		if e.Op == topdown.EvalOp {
			l.add(node.Location)
		}
	}
}

func (l lineCover) add(at *ast.Location) {
	if at == nil {
		return
	}
	if l[at.File] == nil {
		l[at.File] = map[int]bool{}
	}
	l[at.File][at.Row] = true
}

// report compares what ran with what is written.
func (l lineCover) report(list []*parsed) []Coverage {
	var all []Coverage
	for _, m := range list {
		if m.isTest() {
			continue
		}
		lines := map[int]bool{}
		for _, r := range m.tree.Rules {
			ast.WalkRules(r, func(x *ast.Rule) bool { lines[x.Head.Location.Row] = true; return false })
			ast.WalkExprs(r.Body, func(x *ast.Expr) bool { lines[x.Location.Row] = true; return false })
		}
		c := Coverage{File: m.File, Lines: len(lines)}
		for _, row := range slices.Sorted(maps.Keys(lines)) {
			if !l[m.File][row] {
				c.Missed = append(c.Missed, row)
			}
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(x, y Coverage) int { return strings.Compare(x.File, y.File) })
	return all
}
