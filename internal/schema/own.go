package schema

import (
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// OwnPackage is the CUE package of a repository's own constraints.
const OwnPackage = "own"

// Own is a repository's own constraints: open fields named for kinds, in a
// value apart from the built-in schemas, so that they can refuse more and never
// admit more. Evaluating and judging run the repository's code: only ever in a
// limited child process (security.md R25). An Own serves one goroutine.
type Own struct {
	ctx     *cue.Context
	value   cue.Value
	sources map[string][]byte
}

// CompileOwn evaluates the CUE files of a repository's schemas folder, by their
// paths from its root. It returns nil when they cannot be used.
func CompileOwn(files map[string][]byte) (*Own, []finding.Finding) {
	parsed, findings := parseOwn(files)
	if len(findings) > 0 {
		return nil, findings
	}
	o := &Own{ctx: cuecontext.New(), sources: files}
	var err error
	if o.value, err = buildValue(o.ctx, parsed); err == nil {
		err = o.value.Validate()
	}
	for _, e := range errors.Errors(err) {
		findings = append(findings, o.compileFinding(e))
	}
	if len(findings) > 0 {
		return nil, finding.Sort(findings)
	}
	return o, nil
}

// parseOwn parses the files, all of them of package own.
func parseOwn(files map[string][]byte) ([]*ast.File, []finding.Finding) {
	var parsed []*ast.File
	var findings []finding.Finding
	for _, path := range sortedKeys(files) {
		f, problems := document.ParseCUE(path, files[path])
		findings = append(findings, problems...)
		if f == nil {
			continue
		}
		if name := f.PackageName(); name != OwnPackage {
			at := finding.Position{File: path, Line: 1, Column: 1}
			findings = append(findings, finding.Finding{
				ID: "schema/style", Severity: finding.Error, Position: at,
				Message: "found package " + strconv.Quote(name) + ", wanted package own", Hint: "write package own",
			})
		}
		parsed = append(parsed, f)
	}
	return parsed, finding.Sort(findings)
}

func (o *Own) compileFinding(e errors.Error) finding.Finding {
	f := finding.Finding{ID: "schema/compile", Severity: finding.Error, Message: messageOf(e)}
	for _, p := range errors.Positions(e) {
		if src, ok := o.sources[p.Filename()]; ok {
			at := place(p, p.Filename(), src)
			if f.File == "" {
				f.Position = at
			} else {
				f.Related = append(f.Related, finding.Related{Position: at, Message: "it meets this"})
			}
		}
	}
	return f
}

// Judge says what a document has against the constraints of its kind. Only
// documents that the built-in schema admits should come here.
func (o *Own) Judge(doc *document.Document) []finding.Finding {
	kind := doc.Root.Get("kind").Text()
	constraint := o.value.LookupPath(cue.MakePath(cue.Str(kind)))
	if kind == "" || !constraint.Exists() {
		return nil
	}
	datum := o.ctx.BuildExpr(datumOf(doc))
	err := constraint.Unify(datum).Validate(cue.Concrete(true), cue.Final())
	var fs []finding.Finding
	for _, e := range errors.Errors(err) {
		fs = append(fs, o.finding(doc, kind, e))
	}
	return finding.Sort(fs)
}

// finding gives a CUE error its two places: the value and the constraint.
func (o *Own) finding(doc *document.Document, kind string, e errors.Error) finding.Finding {
	path := dataPath(&doc.Root, kind, e.Path())
	f := finding.Finding{
		ID: "schema/own", Severity: finding.Error, Message: ownMessage(e),
		Position: doc.At(path), Document: doc.ID, Path: path.String(),
	}
	found, _ := doc.Root.Find(path)
	if found == nil && strings.HasPrefix(f.Message, "incomplete value") {
		key := path[len(path)-1].Key
		f.Message, f.Hint = "missing field "+strconv.Quote(key)+", which "+Folder+" constrains", "add "+key+", or write "+key+"?: there"
	}
	for _, p := range errors.Positions(e) {
		src, ok := o.sources[p.Filename()]
		if !ok {
			continue
		}
		r := finding.Related{Position: place(p, p.Filename(), src), Message: "constraint of " + kind}
		if !slices.Contains(f.Related, r) {
			f.Related = append(f.Related, r)
		}
	}
	if len(f.Related) == 0 {
		f.Related = o.nearest(kind, path)
	}
	return f
}

// nearest is the place of the constraint that is deepest on a path, for the
// errors that CUE gives no place of it.
func (o *Own) nearest(kind string, path document.Path) []finding.Related {
	at := o.value.LookupPath(cue.MakePath(cue.Str(kind)))
	for _, s := range path {
		selector := cue.Index(s.Index)
		if s.Key != "" {
			selector = cue.Str(s.Key)
		}
		next := at.LookupPath(cue.MakePath(selector))
		if !next.Exists() {
			break
		}
		at = next
	}
	p := at.Pos()
	src, ok := o.sources[p.Filename()]
	if !ok {
		return nil
	}
	return []finding.Related{{Position: place(p, p.Filename(), src), Message: "constraint of " + kind}}
}

// ownMessage is a CUE error in one line, in lower case, without its path.
func ownMessage(e errors.Error) string {
	m := messageOf(e)
	if m == "" {
		return "a constraint of " + Folder + " refuses this"
	}
	return m
}

// dataPath reads the path of a CUE error as a path in the document.
func dataPath(root *document.Value, kind string, steps []string) document.Path {
	if len(steps) > 0 && steps[0] == kind {
		steps = steps[1:]
	}
	var path document.Path
	at := root
	for _, s := range steps {
		segment := document.Segment{Key: unquoteLabel(s)}
		if i, err := strconv.Atoi(s); err == nil && at != nil && at.Kind == document.List {
			segment = document.Segment{Index: i}
		}
		path = path.With(segment)
		if at != nil {
			at, _ = at.Find(document.Path{segment})
		}
	}
	return path
}

func unquoteLabel(s string) string {
	if text, err := strconv.Unquote(s); err == nil {
		return text
	}
	return s
}
