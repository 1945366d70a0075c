package document

import (
	"maps"
	"slices"
	"strconv"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/finding"
)

// cuePackages are the packages of CUE's standard library that compute and do
// nothing else (security.md R26). What is missing acts (tool/...) or makes keys
// and signatures (crypto/ed25519), runs a language of its own (text/template),
// or reads YAML by other rules than ours (encoding/yaml).
var cuePackages = map[string]bool{
	"crypto/hmac": true, "crypto/md5": true, "crypto/sha1": true, "crypto/sha256": true, "crypto/sha512": true,
	"encoding/base64": true, "encoding/csv": true, "encoding/hex": true, "encoding/json": true,
	"html": true, "list": true, "math": true, "math/bits": true, "net": true, "path": true, "regexp": true,
	"strconv": true, "strings": true, "struct": true, "text/tabwriter": true, "time": true, "uuid": true,
}

// cueFile is one CUE file while it is read.
type cueFile struct {
	reporter
	src   []byte
	lines []int // byte offsets of the lines
	nodes int
	path  Path
	bad   bool // the document that is walked has a refused value
}

func newCUEFile(path string, src []byte) *cueFile {
	c := &cueFile{src: src, lines: []int{0}}
	c.file, c.limitID = path, "cue/limit"
	for i, b := range src {
		if b == '\n' {
			c.lines = append(c.lines, i+1)
		}
	}
	return c
}

// ParseCUE parses a CUE file and refuses what no CUE file of a repository may
// use: attributes, packages that act. It evaluates nothing; the file is nil
// when there are findings.
func ParseCUE(path string, src []byte) (*ast.File, []finding.Finding) {
	c := newCUEFile(path, src)
	return c.gate(), c.sorted()
}

// gate parses the file and refuses what a document may not use. It evaluates
// nothing; nil means that there are findings.
func (c *cueFile) gate() *ast.File {
	if len(c.src) > MaxFileBytes {
		c.add("cue/limit", Pos{1, 1}, "the file has %s bytes, at most %s are allowed", grouped(len(c.src)), grouped(MaxFileBytes)).Hint = "split the file"
		return nil
	}
	if !encoding(&c.reporter, "cue/syntax", c.src) {
		return nil
	}
	characters(&c.reporter, "cue/syntax", c.src)
	if len(c.findings) > 0 {
		return nil
	}
	f, err := parser.ParseFile(c.file, c.src, parser.AllErrors)
	for _, e := range errors.Errors(err) {
		c.add("cue/syntax", c.where(e.Position(), Pos{1, 1}), "%s", cueMessage(e))
	}
	if len(c.findings) > 0 {
		return nil
	}
	ast.Walk(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Attribute:
			c.add("cue/attribute", c.where(n.Pos(), Pos{1, 1}), "attribute %q, attributes are not allowed", clip(n.Text)).Hint = "remove it"
		case *ast.ImportSpec:
			c.imported(n)
		}
		return true
	}, nil)
	if len(c.findings) > 0 {
		return nil
	}
	return f
}

func (c *cueFile) imported(spec *ast.ImportSpec) {
	name, err := strconv.Unquote(spec.Path.Value)
	if err == nil && cuePackages[name] {
		return
	}
	f := c.add("cue/import", c.where(spec.Path.Pos(), Pos{1, 1}), "import of %q, only CUE's own packages that compute and do nothing else are allowed", clip(name))
	f.Hint = "remove the import"
	if near := finding.Nearest(name, slices.Sorted(maps.Keys(cuePackages))); near != "" {
		f.Hint = "import " + strconv.Quote(near)
	}
}

// where is a place of the CUE library as ours, otherwise the one given: for a
// place that is unknown or in another file. CUE's columns count bytes.
func (c *cueFile) where(p token.Pos, otherwise Pos) Pos {
	if !p.IsValid() || p.Filename() != c.file || p.Line() < 1 || p.Line() > len(c.lines) {
		return otherwise
	}
	start, end := c.lines[p.Line()-1], len(c.src)
	if p.Line() < len(c.lines) {
		end = c.lines[p.Line()] - 1 // the end of the file is in the last line that has text
	}
	return Pos{int32(p.Line()), column(c.src[start:end], p.Column()-1)}
}
