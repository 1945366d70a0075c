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
