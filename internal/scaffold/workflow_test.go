package scaffold

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
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

// TestWorkflowsAreSafe holds all workflows and the action to security.md R66.
func TestWorkflowsAreSafe(t *testing.T) {
	files, err := filepath.Glob(root + ".github/workflows/*.yml")
	if err != nil || len(files) < 3 {
		t.Fatalf("workflows %q, error %v", files, err)
	}
	for _, file := range append(files, root+"action.yml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var n yaml.Node
			if err := yaml.Unmarshal(b, &n); err != nil {
				t.Fatal(err)
			}
			for _, problem := range unsafe(b, filepath.Base(file) == "action.yml") {
				t.Error(problem)
			}
		})
	}
}

// TestUnsafeWorkflowsAreSeen shows that the check above can fail.
func TestUnsafeWorkflowsAreSeen(t *testing.T) {
	sound := string(Workflow())
	for name, edit := range map[string][2]string{
		"tag instead of hash":      {"@df4cb1c069e1874edd31b4311f1884172cec0e10", "@v6"},
		"hash without version":     {" # v6.0.3", ""},
		"runs with secrets":        {"pull_request:", "pull_request_target:"},
		"no permissions":           {"\npermissions:\n  contents: read\n", "\n"},
		"writes by default":        {"\npermissions:\n  contents: read\n", "\npermissions: write-all\n"},
		"expression in a script":   {"        id: check\n", "        run: echo ${{ github.head_ref }}\n"},
		"credentials stay on disk": {"          persist-credentials: false\n", ""},
	} {
		if text := strings.Replace(sound, edit[0], edit[1], 1); text == sound || len(unsafe([]byte(text), false)) == 0 {
			t.Errorf("%s: not seen", name)
		}
	}
	if problems := unsafe([]byte(sound), false); len(problems) > 0 {
		t.Errorf("%q", problems)
	}
}

// pinned is a use of an action by commit, with the version for the reader.
var pinned = regexp.MustCompile(`^(\./|[\w-]+/[\w./-]+@[0-9a-f]{40}\n# \S+)`)

func unsafe(text []byte, action bool) []string {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) == 0 {
		return []string{"no YAML"}
	}
	u := audit{}
	top := doc.Content[0]
	u.walk(top, "")
	if p := child(top, "permissions"); !action && (p == nil || p.Kind != yaml.MappingNode || len(p.Content) != 2 || p.Content[1].Value != "read") {
		u.problem("the permissions of the workflow are not just `contents: read`")
	}
	if on := child(top, "on"); !action && (on == nil || child(on, "pull_request_target") != nil || child(on, "workflow_run") != nil) {
		u.problem("the workflow runs with secrets on what others wrote")
	}
	return u.problems
}

type audit struct{ problems []string }

func (u *audit) problem(text string) { u.problems = append(u.problems, text) }

// walk visits a value below the key that holds it.
func (u *audit) walk(n *yaml.Node, key string) {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "${{") && !expressions[key] {
		u.problem("an expression stands in " + key + ": " + n.Value)
	}
	if uses := child(n, "uses"); uses != nil {
		if !pinned.MatchString(uses.Value + "\n" + uses.LineComment) {
			u.problem(uses.Value + " is not pinned by hash with its version beside it")
		}
		with := child(n, "with")
		if strings.HasPrefix(uses.Value, "actions/checkout@") && (with == nil || child(with, "persist-credentials") == nil) {
			u.problem("checkout leaves its token on the disk")
		}
	}
	for i, c := range n.Content {
		below := key
		if n.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			if k := n.Content[i-1].Value; expressions[k] || !expressions[key] {
				below = k
			}
		}
		u.walk(c, below)
	}
}

// expressions are the keys whose values no shell reads.
var expressions = map[string]bool{
	"env": true, "with": true, "if": true, "outputs": true, "concurrency": true,
}

func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// TestPinnedActionExists holds `make pin` to a commit that has the action. Where
// Git does not have the history, there is nothing to compare with.
func TestPinnedActionExists(t *testing.T) {
	commit := regexp.MustCompile(`patchops/patchops@([0-9a-f]{40})`).FindSubmatch(Workflow())
	if commit == nil {
		t.Fatal("the workflow does not use the action")
	}
	id := string(commit[1])
	if err := exec.CommandContext(t.Context(), "git", "-C", root, "cat-file", "-e", id+"^{commit}").Run(); err != nil {
		t.Skipf("commit %s is not in this clone", id)
	}
	for _, file := range []string{"action.yml", "internal/action.sh", "cmd/patchops/main.go"} {
		if err := exec.CommandContext(t.Context(), "git", "-C", root, "cat-file", "-e", id+":"+file).Run(); err != nil {
			t.Errorf("commit %s has no %s; run make pin", id, file)
		}
	}
}
