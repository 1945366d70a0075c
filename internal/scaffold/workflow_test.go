package scaffold

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

const root = "../../"

// TestWorkflowIsTheOneOfThisRepository: what init writes is what this project runs
// itself, and what the guide tells people to copy.
func TestWorkflowIsTheOneOfThisRepository(t *testing.T) {
	ours, err := os.ReadFile(root + workflowPath)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(ours, Workflow()) {
		t.Errorf("%s differs from internal/scaffold/workflow.yml; copy one over the other", workflowPath)
	}
}

// TestPinnedActionExists holds `make pin` to a commit that has the action. Where
// Git does not have the history, there is nothing to compare with.
func TestPinnedActionExists(t *testing.T) {
	var id string
	for name, text := range Workflows() {
		commit := regexp.MustCompile(`patchops/patchops(?:@|\n +ref: )([0-9a-f]{40}) # main, `).FindSubmatch(text)
		if commit == nil || id != "" && id != string(commit[1]) {
			t.Fatalf("%s does not use the commit %s of patchops; run make pin", name, id)
		}
		id = string(commit[1])
	}
	if err := exec.CommandContext(t.Context(), "git", "-C", root, "cat-file", "-e", id+"^{commit}").Run(); err != nil {
		t.Skipf("commit %s is not in this clone", id)
	}
	for _, file := range []string{"action.yml", "internal/action.sh", "cmd/patchops/main.go"} {
		if err := exec.CommandContext(t.Context(), "git", "-C", root, "cat-file", "-e", id+":"+file).Run(); err != nil {
			t.Errorf("commit %s has no %s; run make pin", id, file)
		}
	}
}

// TestStatusMayReadWhatItAsksFor: a workflow's token may do what is listed and no more,
// and status asks for the checks that main's rules require (in a repository that is not
// public, GitHub gives those to nobody else). It writes nothing.
func TestStatusMayReadWhatItAsksFor(t *testing.T) {
	text := Workflows()[".github/workflows/patchops-status.yml"]
	_, job, _ := bytes.Cut(text, []byte("\n    permissions:\n"))
	for _, name := range []string{"contents", "pull-requests", "checks", "statuses"} {
		if !regexp.MustCompile(`(?m)^      ` + name + `: read\b`).Match(job) {
			t.Errorf("%s: read is missing", name)
		}
	}
	if regexp.MustCompile(`(?m)^ *[a-z-]+: write\b`).Match(text) {
		t.Error("it may write")
	}
}

// TestEachAttemptKeepsItsState: a cache is never written twice. A run that is run again
// takes what was seen last, not what it saw itself at first, and keeps what it sees.
func TestEachAttemptKeepsItsState(t *testing.T) {
	text := Workflows()[".github/workflows/patchops-merge.yml"]
	keys := regexp.MustCompile(`(?m)^ +key: (.*)$`).FindAllSubmatch(text, -1)
	const want = "patchops-state-${{ github.run_id }}-${{ github.run_attempt }}"
	if len(keys) != 2 || string(keys[0][1]) != want || string(keys[1][1]) != want {
		t.Errorf("keys %q, wanted %s twice", keys, want)
	}
}
