package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"

	"github.com/patchops/patchops/internal/finding"
)

// ParseYAML reads every document of a YAML file by the strict profile
// (security.md R30-R32): one meaning for all readers, or a finding.
//
// A document with a syntax error is left out; those before and behind it are
// returned. A document in which single values were refused is returned as
// Broken, with Refused values in their place. path is the slash path from the
// repository root.
func ParseYAML(path string, src []byte) ([]Document, []finding.Finding) {
	y := &yamlFile{src: src, at: cursor{src: src}}
	y.file, y.limitID = path, "yaml/limit"
	if len(src) > MaxFileBytes {
		y.add("yaml/limit", Pos{1, 1}, "the file has %s bytes, at most %s are allowed", grouped(len(src)), grouped(MaxFileBytes)).Hint = "split the file"
		return nil, y.findings
	}
	if encoding(&y.reporter, "yaml/encoding", src) && characters(&y.reporter, "yaml/character", src) {
		y.parse()
	}
	return y.docs, y.sorted()
}

// yamlFile is one file while it is read.
type yamlFile struct {
	reporter
	src   []byte
	props bool // anchors, aliases or tags may be there
	at    cursor
	nodes int
	index int // of the next document
	docs  []Document
	path  Path // of the value that is walked
	line  int32
	bad   bool // the document that is walked has a refused value
}

func (y *yamlFile) parse() {
	s := structure{reporter: &y.reporter}
	if !s.scan(y.src) {
		return
	}
	y.props = s.props
	begin, segments := len(y.docs), s.segments
	if !anyBad(segments) && y.decode(0, len(y.src), 0) {
		y.nothing(segments)
		return
	}
	// Something is wrong somewhere: read document by document instead.
	y.docs, y.index, y.nodes = y.docs[:begin], 0, 0
	y.findings = keep(y.findings)
	for i, seg := range segments {
		if y.full() {
			return
		}
		end := len(y.src)
		if i+1 < len(segments) {
			end = segments[i+1].start
		}
		if seg.bad || !y.decode(seg.start, end, seg.line) {
			y.index++
		}
	}
}

// keep drops what the first attempt found beyond the bytes: the second attempt
// finds it again.
func keep(fs []finding.Finding) []finding.Finding {
	kept := fs[:0]
	for _, f := range fs {
		if f.Document.IsZero() && f.Path == "" {
			kept = append(kept, f)
		}
	}
	return kept
}

func anyBad(segments []segment) bool {
	for _, s := range segments {
		if s.bad {
			return true
		}
	}
	return false
}

// nothing reports a file in which the parser found no document at all.
func (y *yamlFile) nothing(segments []segment) {
	if y.index == 0 && len(segments) == 1 {
		what := "the file is empty"
		if len(bytes.TrimSpace(y.src)) > 0 {
			what = "the file has only comments"
		}
		y.add("yaml/empty", Pos{1, 1}, "%s", what).Hint = "declare a document, or remove the file"
	}
}

// decode reads the documents of src[from:to], whose first line is line (from
// 0). It returns false when one of them has a syntax error; nothing behind it
// was read then.
func (y *yamlFile) decode(from, to, line int) bool {
	y.line = int32(line)
	dec := yaml.NewDecoder(bytes.NewReader(y.src[from:to]))
	for {
		var n yaml.Node
		switch err := next(dec, &n); {
		case errors.Is(err, io.EOF):
			return true
		case err != nil:
			y.syntax(dec, err)
			return false
		}
		if !y.document(&n) {
			return true
		}
	}
}

// next decodes one document. The parser panics on input it did not foresee.
func next(dec *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New(fmt.Sprint(p))
		}
	}()
	return dec.Decode(n)
}

// document walks one document and keeps it; false when the file is beyond a
// limit.
func (y *yamlFile) document(n *yaml.Node) bool {
	doc := Document{File: y.file, Index: y.index}
	y.index++
	before := len(y.findings)
	root := n
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		root = n.Content[0]
	}
	y.path, y.bad = y.path[:0], false
	doc.Root = y.value(root, y.pos(root), 1)
	doc.Broken = y.bad
	doc.ID = identity(&doc.Root)
	for i := before; i < len(y.findings); i++ {
		y.findings[i].Document = doc.ID
	}
	if y.nodes > MaxNodes || y.full() {
		return false
	}
	switch doc.Root.Kind {
	case Map:
		y.docs = append(y.docs, doc)
	case Refused:
	default:
		y.notMap(&doc.Root, y.pos(n))
	}
	return true
}

func (y *yamlFile) notMap(root *Value, at Pos) {
	if root.Kind == Odd && root.Str == "" {
		y.add("yaml/empty", at, "the document is empty").Hint = `declare a document, or remove the "---"`
		return
	}
	y.add("yaml/empty", root.Pos, "the document is %s, not a map", Describe(root)).Hint = "begin with apiVersion and kind"
}

func (y *yamlFile) pos(n *yaml.Node) Pos {
	return Pos{int32(n.Line) + y.line, int32(n.Column)}
}

// identity reads the envelope as far as it can be read.
func identity(root *Value) finding.Identity {
	meta := root.Get("metadata")
	return finding.Identity{
		Kind: root.Get("kind").loose(), Client: meta.Get("client").loose(), Name: meta.Get("name").loose(),
	}
}
