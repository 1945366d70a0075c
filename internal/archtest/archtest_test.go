// Package archtest holds the architecture as data and fails when the code
// departs from it: who may import whom, which library lives where, what the
// pure core must not touch, how long files and functions may be.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/patchops/patchops/"

// table says what each package may import of ours. A package that is not here
// fails: write down where it belongs first (ARCHITECTURE.md).
var table = map[string]string{
	"schemas":  "",
	"policies": "",
	"docs":     "",

	"internal/canonical": "",
	"internal/finding":   "internal/canonical",
	"internal/signature": "",
	"internal/statement": "internal/canonical internal/signature",
	"internal/trust":     "internal/canonical internal/signature",
	"internal/change":    "internal/finding internal/signature",
	"internal/resultlog": "internal/finding internal/canonical internal/signature internal/statement internal/trust",
	"internal/authority": "internal/finding internal/canonical internal/signature internal/statement internal/trust internal/resultlog",
	"internal/window":    "internal/finding",
	"internal/document":  "internal/finding",
	"internal/spec":      "internal/finding internal/window internal/document",
	"internal/shape":     "internal/finding internal/document",
	"internal/schema":    "internal/document internal/finding internal/spec internal/shape",
	"internal/policy":    "internal/document internal/finding internal/spec internal/shape",
	"internal/reference": "internal/finding internal/document internal/spec internal/shape",
	"internal/corpus":    "internal/finding internal/document internal/spec",
	"internal/risk":      "internal/finding internal/window internal/document internal/spec",
	"internal/rollout":   "internal/window",
	"internal/planning":  "internal/finding internal/window internal/document internal/spec internal/corpus internal/risk internal/rollout",
	"internal/effect":    "internal/canonical internal/finding internal/document internal/spec internal/corpus",
	"internal/approval": "internal/canonical internal/finding internal/window internal/document internal/spec internal/corpus internal/effect " +
		"internal/change internal/signature internal/statement",
	"internal/dispatch": "",
	"internal/triage":   "internal/dispatch",
	"internal/museum":   "",
	"internal/progress": "internal/canonical internal/finding internal/window internal/rollout internal/resultlog internal/dispatch internal/triage internal/museum",
	"internal/jobs": "internal/canonical internal/finding internal/window internal/document internal/spec internal/corpus internal/risk internal/rollout internal/planning " +
		"internal/effect internal/dispatch internal/progress",
	"internal/runner": "internal/canonical internal/rollout internal/resultlog internal/dispatch internal/triage internal/progress internal/museum",
	"internal/audit":  "internal/approval internal/corpus internal/effect internal/planning internal/resultlog internal/rollout internal/window",
	"internal/pipeline": "internal/finding internal/window internal/document internal/spec internal/shape internal/schema " +
		"internal/policy internal/reference internal/corpus internal/risk internal/rollout internal/planning internal/effect schemas policies docs",
	"internal/review": "internal/canonical internal/finding internal/window internal/document internal/spec internal/corpus internal/rollout internal/planning " +
		"internal/risk internal/effect internal/change internal/approval internal/signature internal/pipeline",
	"internal/report": "internal/canonical internal/finding internal/window internal/rollout internal/effect internal/risk internal/change internal/approval internal/resultlog " +
		"internal/statement internal/authority internal/review internal/dispatch internal/triage internal/progress internal/runner",
	"internal/scaffold": "",

	"internal/git":               "internal/finding",
	"internal/git/gittest":       "internal/git",
	"internal/signer":            "internal/signature",
	"internal/wal":               "",
	"internal/github":            "internal/finding internal/change",
	"internal/github/githubtest": "internal/change",
	"internal/controller": "internal/canonical internal/finding internal/window internal/document internal/spec internal/corpus internal/effect internal/pipeline " +
		"internal/change internal/approval internal/review internal/resultlog internal/authority internal/statement internal/trust internal/signature " +
		"internal/report internal/git internal/wal internal/rollout internal/planning internal/dispatch internal/triage internal/progress internal/jobs " +
		"internal/runner internal/executor internal/secret internal/notify internal/museum",
	"internal/corpus/corpustest":     "internal/finding internal/document internal/corpus internal/scaffold",
	"internal/runner/runnertest":     "internal/canonical internal/window internal/rollout internal/resultlog internal/dispatch internal/progress internal/runner internal/museum",
	"internal/secret":                "internal/finding internal/document",
	"internal/executor":              "internal/canonical internal/dispatch internal/museum internal/secret",
	"internal/executor/executortest": "internal/dispatch internal/executor internal/estate",
	"internal/estate":                "",
	"internal/notify":                "",
	"internal/simulation":            "internal/canonical internal/window internal/rollout internal/resultlog internal/dispatch internal/triage internal/progress internal/runner internal/runner/runnertest internal/museum",
	"internal/sandbox":               "",
	"internal/cache":                 "internal/finding internal/corpus internal/pipeline",
	"internal/generate":              "",
	"internal/cli": "internal/finding internal/window internal/document internal/spec internal/shape internal/policy internal/corpus " +
		"internal/rollout internal/planning internal/effect internal/risk internal/pipeline internal/report internal/scaffold internal/git internal/sandbox internal/cache docs " +
		"internal/canonical internal/signature internal/statement internal/trust internal/change internal/resultlog internal/authority internal/approval internal/review internal/audit " +
		"internal/signer internal/wal internal/github internal/controller internal/dispatch internal/triage internal/progress internal/jobs internal/runner internal/executor internal/secret internal/notify internal/estate",
	"cmd/patchops": "internal/cli internal/pipeline internal/sandbox",
}

// pure are the packages that reach nothing outside: same input, same output.
var pure = strings.Fields("internal/finding internal/window internal/document internal/spec internal/shape " +
	"internal/schema internal/policy internal/reference internal/corpus internal/risk internal/rollout internal/planning internal/effect " +
	"internal/pipeline internal/report internal/scaffold internal/canonical internal/signature internal/statement internal/trust internal/change " +
	"internal/resultlog internal/authority internal/approval internal/review internal/dispatch internal/triage internal/progress internal/jobs internal/runner internal/audit")

// outside are the imports that the pure core must not have.
var outside = strings.Fields("os os/exec os/signal net net/http log log/slog math/rand math/rand/v2 crypto/rand syscall")

// homes are libraries and the only packages that know them.
var homes = map[string]string{
	"cuelang.org/go":                        "internal/document internal/schema",
	"github.com/open-policy-agent/opa":      "internal/policy",
	"github.com/go-git/":                    "internal/git",
	"github.com/spf13/cobra":                "internal/cli",
	"gopkg.in/yaml.v3":                      "internal/document",
	"golang.org/x/term":                     "cmd/patchops",
	"github.com/pandatix/go-cvss":           "internal/risk",
	"github.com/arran4/golang-ical":         "internal/spec",
	"github.com/teambition/rrule-go":        "",
	"github.com/santhosh-tekuri/jsonschema": "",
	"pgregory.net/rapid":                    "",
	"github.com/hiddeco/sshsig":             "internal/signature",
	"golang.org/x/crypto/ssh":               "internal/signature internal/signer internal/executor internal/cli",
	"golang.org/x/mod":                      "internal/resultlog internal/trust internal/controller internal/cli",
	"github.com/google/go-github":           "internal/github",
	"github.com/getkin/kin-openapi":         "internal/github/githubtest",
}

// source is one parsed file that is not a test.
type source struct {
	pkg, name string
	file      *ast.File
	set       *token.FileSet
}

const root = "../.."

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	set := token.NewFileSet()
	walk(t, func(name string) {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return
		}
		f, err := parser.ParseFile(set, filepath.Join(root, name), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, source{path.Dir(name), name, f, set})
	})
	if len(out) < 50 {
		t.Fatalf("found %d files, wanted the whole module", len(out))
	}
	return out
}

// walk calls visit with every file below the root that belongs to the project.
func walk(t *testing.T, visit func(name string)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && name != "." || entry.Name() == "testdata" || name == "bin" || name == "out") {
			return fs.SkipDir
		}
		if !entry.IsDir() {
			visit(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func imports(f *ast.File) []string {
	var out []string
	for _, i := range f.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err == nil {
			out = append(out, name)
		}
	}
	return out
}

func TestImportsFollowTheTable(t *testing.T) {
	for _, s := range sources(t) {
		allowed, known := table[s.pkg]
		if strings.HasPrefix(s.pkg, "internal/generate") {
			continue // a tool beside the product
		}
		if !known {
			t.Errorf("%s: package %s is not in the table", s.name, s.pkg)
			continue
		}
		for _, i := range imports(s.file) {
			ours, ok := strings.CutPrefix(i, module)
			if ok && !slices.Contains(strings.Fields(allowed), ours) {
				t.Errorf("%s: %s may not import %s", s.name, s.pkg, ours)
			}
		}
	}
}

// TestEveryPackageIsDescribed: ARCHITECTURE.md says what each package is for, and names none
// that is not there.
func TestEveryPackageIsDescribed(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	for line := range strings.SplitSeq(string(b), "\n") {
		if cell, ok := strings.CutPrefix(line, "| `"); ok {
			name, _, _ := strings.Cut(cell, "`")
			rows[strings.TrimSuffix(name, "/")] = true
		}
	}
	for _, s := range sources(t) {
		if _, ours := table[s.pkg]; ours && !strings.HasPrefix(s.pkg, "cmd/") && !rows[s.pkg] {
			t.Errorf("%s: ARCHITECTURE.md has no row for package %s", s.name, s.pkg)
		}
	}
	for name := range rows {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			t.Errorf("ARCHITECTURE.md has a row for %s: %v", name, err)
		}
	}
}

func TestLibrariesStayAtHome(t *testing.T) {
	for _, s := range sources(t) {
		if strings.HasPrefix(s.pkg, "internal/generate") {
			continue // tools beside the product
		}
		for _, i := range imports(s.file) {
			for library, home := range homes {
				if strings.HasPrefix(i, library) && !slices.Contains(strings.Fields(home), s.pkg) {
					t.Errorf("%s: imports %s, which belongs in %q", s.name, i, home)
				}
			}
		}
	}
}

func TestCoreIsPure(t *testing.T) {
	for _, s := range sources(t) {
		if !slices.Contains(pure, s.pkg) {
			continue
		}
		for _, i := range imports(s.file) {
			if slices.Contains(outside, i) {
				t.Errorf("%s: the pure core imports %s", s.name, i)
			}
		}
	}
}

// TestNobodyReadsTheClock: main hands time.Now over; nothing else calls it.
func TestNobodyReadsTheClock(t *testing.T) {
	banned := strings.Fields("Now Since Until Sleep After Tick NewTicker")
	for _, s := range sources(t) {
		if strings.HasPrefix(s.pkg, "internal/generate") || s.pkg == "internal/sandbox" {
			continue // a tool; and the one edge whose job is to limit time
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if ok && x.Name == "time" && slices.Contains(banned, sel.Sel.Name) && s.pkg != "cmd/patchops" {
				t.Errorf("%s: time.%s", s.set.Position(sel.Pos()), sel.Sel.Name)
			}
			return true
		})
	}
}

func TestSizes(t *testing.T) {
	walk(t, func(name string) {
		if !slices.Contains([]string{".go", ".rego", ".cue", ".sh"}, path.Ext(name)) {
			return
		}
		b, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(b), "\n"); lines > 400 {
			t.Errorf("%s has %d lines, the ceiling is 400", name, lines)
		}
	})
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if lines := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1; lines > 80 {
				t.Errorf("%s: %s has %d lines, the ceiling is 80", s.set.Position(f.Pos()), f.Name.Name, lines)
			}
		}
	}
	main, err := os.ReadFile(filepath.Join(root, "cmd/patchops/main.go"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(main), "\n"); lines > 40 {
		t.Errorf("main.go has %d lines, wanted a main that only hands over", lines)
	}
}

// direct are the modules that we depend on directly (docs/adr/0002).
var direct = strings.Fields("cuelang.org/go github.com/go-git/go-billy/v5 github.com/go-git/go-git/v5 github.com/open-policy-agent/opa github.com/rogpeppe/go-internal " +
	"github.com/santhosh-tekuri/jsonschema/v6 github.com/spf13/cobra golang.org/x/term golang.org/x/text gopkg.in/yaml.v3 pgregory.net/rapid " +
	"github.com/pandatix/go-cvss github.com/arran4/golang-ical github.com/teambition/rrule-go " +
	"github.com/hiddeco/sshsig golang.org/x/crypto golang.org/x/mod github.com/google/go-github/v60 github.com/getkin/kin-openapi")

func TestDirectModules(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 2 && strings.HasPrefix(fields[1], "v") && !slices.Contains(direct, fields[0]) {
			t.Errorf("go.mod: %s is a direct module that docs/adr/0002 does not name", fields[0])
		}
	}
}
