package cli

import (
	"crypto/sha256"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/patchops/patchops/docs"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/scaffold"
)

// pageAsOf is the instant that the examples of pages are written for.
var pageAsOf = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// page is one docs/findings/<category>/<name>.md.
type page struct {
	id, text  string
	bad, good []block
	before    []block // of the change gate: what the example is a change of, beside the scaffold
}

// block is one fenced example: files that overlay the scaffold.
type block struct {
	language string
	files    map[string]string
}

func pages(t *testing.T) []page {
	t.Helper()
	var out []page
	for _, id := range pipeline.Known() {
		b, err := fs.ReadFile(docs.Findings, "findings/"+id+".md")
		if err != nil {
			t.Fatal(err)
		}
		p := page{id: id, text: string(b)}
		p.bad, p.good, p.before = blocks(section(p.text, "Bad")), blocks(section(p.text, "Good")), blocks(section(p.text, "Before"))
		out = append(out, p)
	}
	return out
}

// section is what stands below `## title`.
func section(text, title string) string {
	_, rest, found := strings.Cut(text, "\n## "+title+"\n")
	if !found {
		return ""
	}
	body, _, _ := strings.Cut(rest, "\n## ")
	return body
}

var fence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

func blocks(text string) []block {
	var out []block
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		out = append(out, block{m[1], split(m[2])})
	}
	return out
}

var fileLine = regexp.MustCompile(`(?m)^(?:#|//) file: (\S+)\n`)

// split cuts a block at its `# file: path` lines.
func split(text string) map[string]string {
	files := map[string]string{}
	marks := fileLine.FindAllStringSubmatchIndex(text, -1)
	for i, m := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		files[text[m[2]:m[3]]] = text[m[1]:end]
	}
	return files
}

// overlay is the scaffold with a block's files laid over it.
func overlay(t *testing.T, layers ...block) fstest.MapFS {
	t.Helper()
	base, err := scaffold.Render("minimal", pageAsOf, strings.Repeat("0", 32))
	if err != nil {
		t.Fatal(err)
	}
	tree := fstest.MapFS{}
	for name, content := range base {
		tree[name] = &fstest.MapFile{Data: content}
	}
	for _, b := range layers {
		for name, content := range b.files {
			tree[name] = &fstest.MapFile{Data: []byte(content)}
			if strings.HasSuffix(content, "\n# removed\n") {
				delete(tree, name)
			}
		}
	}
	return tree
}

// childOf does the jobs of a block: one that has own rules, own schemas or CUE has them done
// by a limited child, as always; the scaffold's are known, and done here.
func childOf(t *testing.T, layers ...block) pipeline.Child {
	for _, b := range layers {
		for name := range b.files {
			if strings.HasPrefix(name, "policies/") || strings.HasPrefix(name, "schemas/") || path.Ext(name) == ".cue" {
				return (&app{}).child(t.Context())
			}
		}
	}
	return func(job string, shared []byte, items [][]byte) ([]pipeline.Answer, error) {
		do, err := pipeline.Jobs()[job](shared)
		if err != nil {
			return nil, err
		}
		answers := make([]pipeline.Answer, len(items))
		for i, item := range items {
			answers[i].Output = do(item)
		}
		return answers, nil
	}
}

// judged are the findings of a block over the scaffold.
func judged(t *testing.T, e *pipeline.Engine, p page, b block) []finding.Finding {
	t.Helper()
	if strings.Contains(p.text, " · change gate · ") {
		layers := append(slices.Clip(p.before), b)
		return judgedAsChange(t, e, overlay(t, p.before...), overlay(t, layers...), childOf(t, layers...))
	}
	tree, err := pipeline.ReadTree(overlay(t, b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.Check(pipeline.Input{Tree: tree, AsOf: pageAsOf, Child: childOf(t, b)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Findings
}

// judgedAsChange are the findings of the change gate, with the errors beside them,
// of a change from one tree to another.
func judgedAsChange(t *testing.T, e *pipeline.Engine, before, after fstest.MapFS, child pipeline.Child) []finding.Finding {
	t.Helper()
	var trees [2]*pipeline.Tree
	for i, files := range []fstest.MapFS{before, after} {
		var err error
		if trees[i], err = pipeline.ReadTree(files); err != nil {
			t.Fatal(err)
		}
	}
	out, err := e.Check(pipeline.Input{Tree: trees[1], Base: trees[0], Rules: trees[0], Compare: true, AsOf: pageAsOf, Child: child})
	if err != nil {
		t.Fatal(err)
	}
	changed := effect.Between(effect.Read(out.Before, filesOf(before)), effect.Read(out.Corpus, filesOf(after)))
	commit := strings.Repeat("0", 40)
	found, err := e.JudgeChange(out, pipeline.Proposed{Change: "example", Head: commit, Base: commit, Effect: changed})
	if err != nil {
		t.Fatal(err)
	}
	return append(found, out.Findings...)
}

func filesOf(tree fstest.MapFS) []effect.File {
	var out []effect.File
	for name, f := range tree {
		out = append(out, effect.File{Path: name, Mode: "100644", Sum: func() effect.Digest { return sha256.Sum256(f.Data) }})
	}
	return out
}

// shown are the pages whose case a tree of plain files cannot show: what Git
// or a limit refuses. Their examples are commands, tested in testdata/script.
func shown(p page) bool {
	return strings.HasPrefix(p.id, "git/") || len(p.bad) > 0 && p.bad[0].language == "console"
}

// TestPages runs the examples of every page: the bad one has the finding, the
// good one has not, nor any error.
func TestPages(t *testing.T) {
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages(t) {
		t.Run(p.id, func(t *testing.T) {
			t.Parallel()
			if shown(p) {
				return
			}
			if len(p.bad) == 0 || len(p.good) == 0 {
				t.Fatalf("wanted a bad and a good example, found %d and %d", len(p.bad), len(p.good))
			}
			for _, b := range p.bad {
				found := judged(t, engine, p, b)
				if !has(found, p.id) {
					t.Errorf("the bad example has no %s, only %s", p.id, list(found))
				}
			}
			for _, b := range p.good {
				found := judged(t, engine, p, b)
				if has(found, p.id) || finding.Count(found).Errors > 0 {
					t.Errorf("the good example has %s", list(found))
				}
			}
		})
	}
}

func has(found []finding.Finding, id string) bool {
	return slices.ContainsFunc(found, func(f finding.Finding) bool { return f.ID == id && f.WaivedBy == "" })
}

func list(found []finding.Finding) string {
	var b strings.Builder
	for _, f := range found {
		b.WriteString("\n\t" + f.File + ": " + f.ID + ": " + f.Message)
	}
	if b.Len() == 0 {
		return "nothing"
	}
	return b.String()
}

// TestPagesAreWhole: each page has its title, its summary and every section.
func TestPagesAreWhole(t *testing.T) {
	for _, p := range pages(t) {
		if !strings.HasPrefix(p.text, "# "+p.id+"\n") {
			t.Errorf("%s: the page does not begin with its id", p.id)
		}
		for _, want := range []string{"\n> ", "\n## Bad\n", "\n## Good\n", "\n## Mend\n"} {
			if !strings.Contains(p.text, want) {
				t.Errorf("%s: the page lacks %q", p.id, want)
			}
		}
	}
}
