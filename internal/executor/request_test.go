package executor

import (
	"os"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
)

// TestRequestPage: the request that docs/formats/wrapper.md shows is what is sent.
func TestRequestPage(t *testing.T) {
	got, err := Request(dispatch.Task{
		Key: "sha256:6f1c0000", Fence: 12, NotAfter: 1774000030, Now: 1774000000, StopBy: 1774003600, Segment: dispatch.Install,
		Steps: []dispatch.Step{
			{Name: "precheck", Builtin: "apt/precheck", Run: []string{"openssl=3.0.17-1~deb12u3"}, Timeout: 60},
			{Name: "install", Run: []string{"/opt/acme/install", "a\nb"}, Timeout: 1800, Point: true, Success: []int{0, 3}, Reboot: []int{194}, Env: map[string]string{"A": "two words"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/formats/wrapper.md")
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for line := range strings.Lines(string(page)) {
		if len(shown) > 0 || strings.HasPrefix(line, "patchops-request 1") {
			line, _, _ = strings.Cut(strings.TrimRight(line, "\n"), "   ")
			shown = append(shown, strings.Replace(line, "sha256:6f1c…", "sha256:6f1c0000", 1))
			if line == "end" {
				break
			}
		}
	}
	if want := strings.Join(shown, "\n") + "\n"; string(got) != want {
		t.Errorf("%s\nfound,\n%s\nwanted", got, want)
	}
}

// TestRequestOfPackages: built-in steps have the packages of the task; a rollback has what was there
// before and nothing else, whatever its own arguments are.
func TestRequestOfPackages(t *testing.T) {
	task := dispatch.Task{
		Key: "sha256:6f1c0000", Packages: []dispatch.Package{{Name: "a", Version: "2"}}, Undo: []dispatch.Package{{Name: "a", Version: "1"}, {Name: "b"}},
		Steps: []dispatch.Step{
			{Name: "install", Builtin: "apt/install", Timeout: 1},
			{Name: "rollback", Builtin: "apt/rollback", Run: []string{"a=2"}, Timeout: 1},
		},
	}
	got, err := Request(task)
	want := "step install 1 1 0 - 0\nbuiltin apt/install\narg a=2\nstep rollback 1 0 0 - 0\nbuiltin apt/rollback\narg a=1\narg b=\nend\n"
	if err != nil || !strings.HasSuffix(string(got), want) {
		t.Errorf("%s %v found, %s at its end wanted", got, err, want)
	}
	task.Undo = nil
	if got, err = Request(task); err != nil || !strings.HasSuffix(string(got), "builtin apt/rollback\nend\n") {
		t.Errorf("%s %v found, a rollback without arguments wanted", got, err)
	}
}
