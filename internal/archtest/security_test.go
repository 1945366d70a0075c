package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/semver"
)

// promised are the rows that docs/security.md must have.
var promised = strings.Fields("R1 R2 R3 R4 R5 R6 R7 R8 R9 R10 R11 R12 R13 R14 R15 R16 R17 R18 R19 R35 R36 R37 R38 R39 R40 R41 R42 " +
	"R43 R44 R45 R46 R47 R48 R49 R50 R51 R52 R53 R54 R55 R56 R57 R58 R59 R60 R61 R62 R63 R64 R65 R66 A1 A2 A3 A4 A7 A8 A9 A10 A11 A12 A13 A14 A15 A17 A18 A19 M1 M2 M3 M5 M6 M7 M8 M10 M11 M12 M13 M14 " +
	"G1 G2 G3 G4 G5 G6 G7 G8 F1 F2 F3 F4 F5 F6 X1 X2 X3 X4 X5 W14 W15 W16 W17 W18 W19 W20 " +
	"WR16 WR18 WR19 WR20 WR22 WR23 WR26 WR27 WR28 WR29 WR30 WR31 WR32")

var (
	securityRow = regexp.MustCompile(`^\| ([A-Z]+\d+) \|`)
	namedTest   = regexp.MustCompile("`(\\.?[a-z./]+) (Test\\w+|Fuzz\\w+)`|`([a-z0-9-]+\\.txtar)`")
)

// TestSecurityPageNamesTests: every requirement and case of docs/security.md names
// tests that exist, as `package TestName` below internal, or as `name.txtar`; and of
// a case or a bad input one of them has the id.
func TestSecurityPageNamesTests(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "docs/security.md"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.SplitSeq(string(b), "\n") {
		row := securityRow.FindStringSubmatch(line)
		if row == nil {
			continue
		}
		id, has := row[1], false
		if seen[id] {
			t.Errorf("%s has two rows", id)
		}
		seen[id] = true
		found := namedTest.FindAllStringSubmatch(line, -1)
		if len(found) == 0 {
			t.Errorf("%s names no test", id)
		}
		for _, f := range found {
			text, err := testText(f[1], f[2], f[3])
			if err != nil {
				t.Errorf("%s: %v", id, err)
			}
			has = has || regexp.MustCompile(`\b`+id+`\b|Test(Case)?`+id+`(\D|\b)`).MatchString(text)
		}
		if id[0] != 'R' && !has {
			t.Errorf("none of the tests of %s has its id", id)
		}
	}
	for _, id := range promised {
		if !seen[id] {
			t.Errorf("%s has no row", id)
		}
	}
}

// testText is the text of a test function with its comment, or of a script.
func testText(pkg, name, script string) (string, error) {
	if script != "" {
		b, err := os.ReadFile(filepath.Join(root, "internal/cli/testdata/script", script))
		return string(b), err
	}
	files, err := filepath.Glob(filepath.Join(root, "internal", pkg, "*_test.go"))
	if err != nil {
		return "", err
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, b, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return "", err
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || fn.Name.Name != name {
				continue
			}
			from := fn.Pos()
			if fn.Doc != nil {
				from = fn.Doc.Pos()
			}
			return string(b[from-f.FileStart : fn.End()-f.FileStart]), nil
		}
	}
	return "", fmt.Errorf("there is no %s in %s", name, pkg)
}

// TestR38: the versions with known holes are not used.
func TestR38(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for module, least := range map[string]string{"github.com/go-git/go-git/v5": "v5.19.2", "github.com/go-git/go-billy/v5": "v5.9.0"} {
		lines := strings.Split(string(b), "\n")
		i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(strings.TrimSpace(l), module+" ") })
		if i < 0 {
			t.Errorf("go.mod has no %s", module)
			continue
		}
		if got := strings.Fields(lines[i])[1]; semver.Compare(got, least) < 0 {
			t.Errorf("%s is %s, wanted %s or later", module, got, least)
		}
	}
}
