package cli

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/patchops/patchops/internal/report"
)

// invoke runs one command as a process would, in a folder.
func invoke(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, problems bytes.Buffer
	env := map[string]string{"XDG_CACHE_HOME": filepath.Join(t.TempDir(), "cache")}
	status = Main(t.Context(), Env{
		Args: args, Dir: dir, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &problems,
		Getenv: func(name string) string { return env[name] }, Now: func() time.Time { return scriptNow },
	})
	return status, out.String(), problems.String()
}

// repositoryWith is the scaffold on disk with more files.
func repositoryWith(t *testing.T, more map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files, err := Scaffold("minimal", scriptNow, strings.Repeat("a", 32))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range more {
		files[name] = []byte(content)
	}
	if err := writeFiles(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir
}

// hostile is a message that tries to leave each of the formats.
const hostile = "\u001b[31mred\u001b[0m\r\n::error file=x::pwned\n]]><failure/> # TODO skip\nnot ok 9\u0007 \u202edrawkcab\u2066 \u200b%0A \x00"

const hostileRule = `# METADATA
# title: "]]> # TODO ::error::"
# scope: package
# schemas:
#   - input: schema.Site
# custom:
#   severity: error
#   gate: document
package patchops.site.hostile

deny contains {"path": ["spec"], "message": "MESSAGE", "hint": "MESSAGE"} if {
	input.kind == "Site"
}
`

func hostileRepository(t *testing.T) string {
	t.Helper()
	quoted, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Trim(string(quoted), `"`)
	dir := repositoryWith(t, map[string]string{
		"policies/site/hostile/rule.rego": strings.ReplaceAll(hostileRule, "MESSAGE", text),
		"clients/acme/site.yaml":          "apiVersion: patchops.dev/v1alpha1\nkind: Site\nmetadata: {name: attic, client: acme}\nspec: {}\n",
	})
	// A file's name is a stranger's text as well.
	name := filepath.Join(dir, "clients/acme", "x\n::error file=y::pwned\x1b[2J\u202e # TODO ]]>.yaml")
	if err := os.WriteFile(name, []byte("a: [\n"), 0o644); err != nil {
		t.Skip("the file system refuses the name: ", err)
	}
	return dir
}

// TestFormatsStayValid: whatever a message or a file name contains, each format
// can be parsed, says that there are two errors, and starts nothing.
func TestFormatsStayValid(t *testing.T) {
	dir := hostileRepository(t)
	checks := map[string]func(*testing.T, string){
		"text": validText, "json": validJSON, "sarif": validSARIF, "junit": validJUnit, "github": validGitHub, "tap": validTAP,
	}
	for _, format := range report.Formats() {
		t.Run(format, func(t *testing.T) {
			status, out, stderr := invoke(t, dir, "check", "--format", format)
			if status != exitFindings || stderr != "" {
				t.Fatalf("status %d, stderr %q", status, stderr)
			}
			if i := strings.IndexFunc(out, raw); i >= 0 {
				t.Errorf("a raw %q in the output: %q", out[i:i+1], out[max(0, i-30):min(len(out), i+30)])
			}
			checks[format](t, out)
		})
	}
}

// raw are the characters that no output may hold: controls and what reorders or
// hides text.
func raw(r rune) bool {
	return r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

func validText(t *testing.T, out string) {
	if n := len(regexp.MustCompile(`(?m)^\S.*:\d+:\d+ error `).FindAllString(out, -1)); n != 2 {
		t.Errorf("%d findings, wanted 2:\n%s", n, out)
	}
	if regexp.MustCompile(`(?m)^(::|not ok)`).MatchString(out) {
		t.Errorf("a line that a machine would read:\n%s", out)
	}
}

func validJSON(t *testing.T, out string) {
	var got struct {
		Summary  struct{ Errors int }
		Findings []struct{ Message, Hint, File string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Summary.Errors != 2 || len(got.Findings) != 2 {
		t.Fatalf("wanted 2 errors: %+v", got)
	}
}

func validSARIF(t *testing.T, out string) {
	var got struct {
		Runs []struct {
			Results []struct{ Message struct{ Text string } }
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Runs) != 1 || len(got.Runs[0].Results) != 2 {
		t.Fatalf("wanted 2 results: %+v", got)
	}
}

func validJUnit(t *testing.T, out string) {
	failures := 0
	for d := xml.NewDecoder(strings.NewReader(out)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "failure" {
			failures++
		}
	}
	if failures != 2 {
		t.Errorf("%d failures, wanted 2:\n%s", failures, out)
	}
}

func validGitHub(t *testing.T, out string) {
	commands := 0
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "::") {
			commands++
			if !regexp.MustCompile(`^::error file=[^,\n]*,line=\d+,col=\d+,title=[^,:\n]*::`).MatchString(line) {
				t.Errorf("a command that is none of ours: %q", line)
			}
		}
	}
	if commands != 2 {
		t.Errorf("%d commands, wanted 2:\n%s", commands, out)
	}
}

func validTAP(t *testing.T, out string) {
	points := regexp.MustCompile(`(?m)^(not )?ok .*$`).FindAllString(out, -1)
	if len(points) != 2 || !strings.Contains(out, "\n1..2\n") {
		t.Fatalf("%d points, wanted 2:\n%s", len(points), out)
	}
	for _, p := range points {
		if !strings.HasPrefix(p, "not ok ") || regexp.MustCompile(`(^|[^\\])#`).MatchString(p) {
			t.Errorf("a point that passes or holds a directive: %q", p)
		}
	}
}
