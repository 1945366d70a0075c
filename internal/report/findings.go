package report

import (
	"bytes"
	"io"

	"github.com/patchops/patchops/internal/finding"
)

// WriteFindings prints findings as text, worst first, with their counts: for where
// they stand beside another answer. Nothing is printed where there are none.
func WriteFindings(out io.Writer, list []finding.Finding, source func(file string) []byte) error {
	var b bytes.Buffer
	v := planView{Plan: Plan{Findings: list, Source: source}}
	v.textFindings(&b)
	_, err := out.Write(bytes.TrimPrefix(b.Bytes(), []byte("\n")))
	return err
}
