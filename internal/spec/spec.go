// Package spec reads what people declared into typed values, and holds the
// rules that cross fields and documents: what a selector matches, which assets
// a list declares and a plan targets, what an acceptance waives, which version
// is newer.
//
// It expects documents that satisfy their schema; of others it reads what it
// can and never panics. It opens no file and knows no clock: bytes come as
// values and the instant of judgement as an argument.
package spec

import (
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// texts are the strings of a list.
func texts(v *document.Value) []string {
	var out []string
	for i := range v.Elements() {
		if e := &v.Items[i]; e.Kind == document.String {
			out = append(out, e.Str)
		}
	}
	return out
}

func at(file string, pos document.Pos) finding.Position {
	return finding.Position{File: file, Line: int(pos.Line), Column: int(pos.Column)}
}
