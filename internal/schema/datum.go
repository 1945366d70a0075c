package schema

import (
	"strconv"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/document"
)

// datum writes a document as a CUE expression whose positions are those of the
// user's file. CUE derives line and column from an offset, so the file it is
// told of has lines of one width, wide enough for the furthest column.
type datum struct {
	file  *token.File
	width int
}

func datumOf(doc *document.Document) ast.Expr {
	lines, width := extent(&doc.Root)
	d := datum{file: token.NewFile(doc.File, -1, lines*width), width: width}
	starts := make([]int, lines)
	for i := range starts {
		starts[i] = i * width
	}
	d.file.SetLines(starts)
	return d.expr(&doc.Root)
}

// extent returns how many lines a value needs, and how wide.
func extent(v *document.Value) (lines, width int) {
	lines, width = int(v.Pos.Line)+1, int(v.Pos.Column)+1
	for i := range v.Items {
		l, w := extent(&v.Items[i])
		lines, width = max(lines, l), max(width, w)
	}
	for _, k := range v.Keys {
		lines, width = max(lines, int(k.Pos.Line)+1), max(width, int(k.Pos.Column)+1)
	}
	return lines, width
}

func (d *datum) at(p document.Pos) token.Pos {
	if p.Line < 1 || p.Column < 1 {
		return token.NoPos
	}
	return d.file.Pos((int(p.Line)-1)*d.width+int(p.Column)-1, token.NoRelPos)
}

func (d *datum) expr(v *document.Value) ast.Expr {
	at := d.at(v.Pos)
	switch v.Kind {
	case document.Bool:
		if v.Bool {
			return &ast.BasicLit{ValuePos: at, Kind: token.TRUE, Value: "true"}
		}
		return &ast.BasicLit{ValuePos: at, Kind: token.FALSE, Value: "false"}
	case document.Int:
		return d.integer(v.Int, at)
	case document.String, document.Odd:
		return &ast.BasicLit{ValuePos: at, Kind: token.STRING, Value: literal.String.Quote(v.Str)}
	case document.List:
		list := &ast.ListLit{Lbrack: at}
		for i := range v.Items {
			list.Elts = append(list.Elts, d.expr(&v.Items[i]))
		}
		return list
	case document.Map:
		return d.structure(v, at)
	}
	return &ast.BasicLit{ValuePos: at, Kind: token.NULL, Value: "null"}
}

func (d *datum) integer(i int64, at token.Pos) ast.Expr {
	if i < 0 {
		return &ast.UnaryExpr{OpPos: at, Op: token.SUB, X: d.integer(-i, at)}
	}
	return &ast.BasicLit{ValuePos: at, Kind: token.INT, Value: strconv.FormatInt(i, 10)}
}

func (d *datum) structure(v *document.Value, at token.Pos) ast.Expr {
	s := &ast.StructLit{Lbrace: at}
	for i := range v.Items {
		label := &ast.BasicLit{ValuePos: d.at(v.Keys[i].Pos), Kind: token.STRING, Value: literal.String.Quote(v.Keys[i].Name)}
		s.Elts = append(s.Elts, &ast.Field{Label: label, Value: d.expr(&v.Items[i])})
	}
	return s
}
