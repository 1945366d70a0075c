package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const repositoryRoot = "../../"

// TestReadme does what README and the guides show: in an empty folder and in the
// order of the page, it writes the files of blocks that begin with `# file: path`
// and runs the lines of console blocks that begin with `$ `. What a command prints
// (both streams), is what the page says, `...` standing for any lines. With
// UPDATE_DOCS=1 the pages are corrected instead, where they hold no `...`. On a page
// that sleeps, time goes on, and `$ sleep 20m` takes no time.
func TestReadme(t *testing.T) {
	pages, err := filepath.Glob(repositoryRoot + "docs/guides/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("guides %q, error %v", pages, err)
	}
	for _, page := range append(pages, repositoryRoot+"README.md") {
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			before, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			r := newReader(t)
			r.lives = strings.Contains(string(before), "\n$ sleep ")
			after := guideFence.ReplaceAllStringFunc(string(before), r.block)
			if r.commands == 0 {
				t.Error("no command is shown, so nothing of the page is tested")
			}
			if after == string(before) {
				return
			}
			if os.Getenv("UPDATE_DOCS") == "" {
				t.Error("run `make golden` if what is printed now is right")
			} else if err := os.WriteFile(page, []byte(after), 0o644); err != nil {
				t.Error(err)
			}
		})
	}
}

var guideFence = regexp.MustCompile("(?ms)^```[a-z]*\n.*?^```$")

// reader follows a page as a person at a shell would.
type reader struct {
	t         *testing.T
	dir       string // where the shell is
	home      string
	status    int // of the last command
	commands  int
	variables []string
	lives     bool          // time goes on
	passed    time.Duration // what our commands took, and what was slept
}

func newReader(t *testing.T) *reader {
	home := t.TempDir()
	r := &reader{t: t, dir: t.TempDir(), home: home}
	r.variables = append(os.Environ(),
		"HOME="+home, "XDG_CACHE_HOME="+home+"/cache", "TMPDIR="+t.TempDir(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+must(filepath.Abs("testdata/lib/gitconfig")),
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_AUTHOR_DATE=2026-03-12T09:00:00Z",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com", "GIT_COMMITTER_DATE=2026-03-12T09:00:00Z",
		"LC_ALL=C.UTF-8", "TERM=dumb")
	return r
}

// block does what one fenced block says and returns it as it should be.
func (r *reader) block(text string) string {
	first, body, _ := strings.Cut(strings.TrimSuffix(text, "```"), "\n")
	if first != "```console" {
		for name, content := range split(body) {
			r.write(name, content)
		}
		return text
	}
	var out strings.Builder
	out.WriteString(first + "\n")
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	for len(lines) > 0 {
		command, found := strings.CutPrefix(lines[0], "$ ")
		if !found {
			r.t.Fatalf("%q stands before the first command of its block", lines[0])
		}
		next := slices.IndexFunc(lines[1:], func(l string) bool { return strings.HasPrefix(l, "$ ") }) + 1
		if next == 0 {
			next = len(lines)
		}
		out.WriteString(lines[0] + "\n" + r.compare(command, lines[1:next]))
		lines = lines[next:]
	}
	return out.String() + "```"
}

func (r *reader) write(name, content string) {
	path := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// compare runs a command and returns the lines that should stand below it.
func (r *reader) compare(command string, want []string) string {
	got := r.run(command)
	shown := strings.Join(want, "\n")
	if len(want) > 0 {
		shown += "\n"
	}
	if like(got, want) {
		return shown
	}
	if os.Getenv("UPDATE_DOCS") == "" || slices.Contains(want, "...") {
		r.t.Errorf("$ %s\nprints:\n%s\nthe page shows:\n%s", command, strings.Join(got, "\n"), shown)
	}
	if slices.Contains(want, "...") {
		return shown
	}
	return strings.Join(append(got, ""), "\n")
}

// like compares lines; a wanted "..." is any number of them.
func like(got, want []string) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	if want[0] == "..." {
		for i := range len(got) + 1 {
			if like(got[i:], want[1:]) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && uncounted(got[0]) == uncounted(want[0]) && like(got[1:], want[1:])
}

// uncounted leaves out how many rules and files there are: a new rule breaks no page.
func uncounted(line string) string { return counted.ReplaceAllString(line, "N $1$2") }

var counted = regexp.MustCompile(`\d+ (rules|files)\b|("rules"): \d+`)

// run runs a line in the shell where the last one left it.
func (r *reader) run(command string) []string {
	r.commands++
	if d, err := time.ParseDuration(strings.TrimPrefix(command, "sleep ")); err == nil {
		r.passed += d
		return nil
	}
	where := filepath.Join(r.home, "where")
	cmd := exec.Command("bash", "-c", "(exit "+strconv.Itoa(r.status)+")\n"+command+"\nstatus=$?; pwd >\"$HOME/where\"; exit $status")
	cmd.Dir, cmd.Env = r.dir, r.variables
	if r.lives { // not in the first second of a minute, which plans may begin in
		cmd.Env = append(slices.Clone(r.variables), "CLOCK="+scriptNow.Truncate(time.Minute).Add(5*time.Second+r.passed).Format(time.RFC3339))
	}
	began := time.Now()
	b, err := cmd.CombinedOutput()
	if strings.Contains(command, "patchops ") { // a page's minute is not for the other programs
		r.passed += time.Since(began)
	}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		r.status = exit.ExitCode()
	case err != nil:
		r.t.Fatal(err)
	default:
		r.status = 0
	}
	if b, err := os.ReadFile(where); err == nil {
		r.dir = strings.TrimSpace(string(b))
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return lines
}
