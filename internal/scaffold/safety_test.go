package scaffold

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// TestWorkflowsAreSafe holds all workflows, those that init writes too, and the
// action to security.md R66.
func TestWorkflowsAreSafe(t *testing.T) {
	files, err := filepath.Glob(root + ".github/workflows/*.yml")
	if err != nil || len(files) < 3 {
		t.Fatalf("workflows %q, error %v", files, err)
	}
	texts := map[string][]byte{}
	for _, file := range append(files, root+"action.yml") {
		if texts[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range Workflows() {
		texts["init/"+filepath.Base(path)] = text
	}
	if len(texts) < 7 {
		t.Fatalf("only %d workflows were found", len(texts))
	}
	for name, text := range texts {
		for _, problem := range unsafe(text, name == "action.yml") {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// TestUnsafeWorkflowsAreSeen shows that the check above can fail, on every promise
// of R66 and in every workflow.
func TestUnsafeWorkflowsAreSeen(t *testing.T) {
	const hash, status, merge = "df4cb1c069e1874edd31b4311f1884172cec0e10", ".github/workflows/patchops-status.yml", ".github/workflows/patchops-merge.yml"
	for name, edit := range map[string][3]string{
		"tag instead of hash":      {workflowPath, "@" + hash, "@v6"},
		"hash without version":     {workflowPath, " # v6.0.3", ""},
		"runs with secrets":        {workflowPath, "pull_request:", "pull_request_target:"},
		"with secrets, as a word":  {workflowPath, "on:\n  pull_request:\n  push:\n    branches: [main]\n", "on: pull_request_target\n"},
		"with secrets, in a list":  {workflowPath, "on:\n  pull_request:\n  push:\n    branches: [main]\n", "on: [pull_request, workflow_run]\n"},
		"on any comment":           {status, "pull_request_review:\n    types: [submitted, edited, dismissed]", "issue_comment:\n    types: [created]"},
		"no permissions":           {workflowPath, "\npermissions:\n  contents: read\n", "\n"},
		"writes by default":        {workflowPath, "\npermissions:\n  contents: read\n", "\npermissions: write-all\n"},
		"writes in the job":        {workflowPath, "      contents: read\n", "      contents: write\n"},
		"writes on a review":       {status, "pull-requests: read", "pull-requests: write"},
		"all rights in the job":    {status, "    permissions:\n      contents: read\n      pull-requests: read # reviews\n", "    permissions: write-all\n"},
		"a secret in the check":    {workflowPath, "        id: check\n", "        id: check\n        env:\n          KEY: ${{ secrets.FLEET }}\n"},
		"all secrets handed on":    {status, "    timeout-minutes: 15\n", "    timeout-minutes: 15\n    secrets: inherit\n"},
		"a secret by another name": {status, "${{ github.token }}", "${{ secrets['PATCHOPS_APP_KEY'] }}"},
		"fleet keys in the merge":  {merge, "secrets.PATCHOPS_LOG_KEY", "secrets.FLEET_SSH_KEY"},
		"head with secrets":        {merge, "          persist-credentials: false\n          fetch-depth: 0\n", "          persist-credentials: false\n          ref: ${{ github.event.pull_request.head.sha }}\n"},
		"head on a review":         {status, "github.event.pull_request.base.ref", "github.event.pull_request.head.sha"},
		"merge ref on a review":    {status, "${{ github.event.pull_request.base.ref }}", "refs/pull/${{ github.event.pull_request.number }}/merge"},
		"default ref on a review":  {status, "          ref: ${{ github.event.pull_request.base.ref }}\n", ""},
		"source by a branch":       {merge, "repository: patchops/patchops\n          ref: ", "repository: patchops/patchops\n          ref: main # "},
		"expression in a script":   {workflowPath, "        id: check\n", "        run: echo ${{ github.head_ref }}\n"},
		"expression in a shell":    {merge, "          umask 077\n", "          echo ${{ github.ref }}\n"},
		"credentials stay on disk": {workflowPath, "          persist-credentials: false\n", ""},
		"credentials are kept":     {merge, "persist-credentials: false", "persist-credentials: true"},
		"no environment":           {merge, "    environment: patchops\n", ""},
		"from any branch":          {merge, " && github.ref_name == github.event.repository.default_branch", ""},
		"for ever":                 {merge, "    timeout-minutes: 15\n", ""},
	} {
		sound := string(Workflows()[edit[0]])
		if text := strings.Replace(sound, edit[1], edit[2], 1); text == sound {
			t.Errorf("%s: %s does not hold %q", name, edit[0], edit[1])
		} else if len(unsafe([]byte(text), false)) == 0 {
			t.Errorf("%s: not seen", name)
		}
	}
}

// pinned is a use of an action by commit, with the version for the reader.
var pinned = regexp.MustCompile(`^(\./|[\w-]+/[\w./-]+@[0-9a-f]{40}\n# \S+)`)

// dangerous are events that run with secrets on what others wrote.
var dangerous = []string{"pull_request_target", "workflow_run", "issue_comment", "issues", "discussion", "fork"}

// mergeKeys are the only secrets that a shipped workflow may use: no host's key.
var mergeKeys = []string{"PATCHOPS_APP_KEY", "PATCHOPS_LOG_KEY"}

func unsafe(text []byte, action bool) []string {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) == 0 {
		return []string{"no YAML"}
	}
	top := doc.Content[0]
	u := audit{events: events(child(top, "on"))}
	u.walk(top, "")
	if action {
		return u.problems
	}
	if p := child(top, "permissions"); p == nil || p.Kind != yaml.MappingNode || len(p.Content) != 2 || p.Content[1].Value != "read" {
		u.problem("the permissions of the workflow are not just `contents: read`")
	}
	if len(u.events) == 0 || slices.ContainsFunc(u.events, func(e string) bool { return slices.Contains(dangerous, e) }) {
		u.problem("the workflow runs with secrets on what others wrote")
	}
	u.jobs(top, string(text))
	return u.problems
}

func events(on *yaml.Node) []string {
	if on == nil {
		return nil
	}
	var out []string
	if on.Kind == yaml.ScalarNode {
		return []string{on.Value}
	}
	for i, n := range on.Content {
		if on.Kind == yaml.SequenceNode || i%2 == 0 {
			out = append(out, n.Value)
		}
	}
	return out
}

type audit struct {
	events   []string
	problems []string
}

func (u *audit) problem(text string) { u.problems = append(u.problems, text) }

// proposed reports whether the workflow runs for what others propose.
func (u *audit) proposed() bool {
	return slices.ContainsFunc(u.events, func(e string) bool { return strings.HasPrefix(e, "pull_request") })
}

var secret = regexp.MustCompile(`\bsecrets\b(?:\.([A-Za-z0-9_]+))?`)

func (u *audit) jobs(top *yaml.Node, text string) {
	used := false
	for _, m := range secret.FindAllStringSubmatch(uncommented(text), -1) {
		used = true
		if u.proposed() {
			u.problem("a secret is used for what others propose: " + m[0])
		} else if !slices.Contains(mergeKeys, m[1]) {
			u.problem("a secret that no shipped workflow needs: " + m[0])
		}
	}
	jobs := child(top, "jobs")
	for i := 1; jobs != nil && i < len(jobs.Content); i += 2 {
		job := jobs.Content[i]
		u.rights(child(job, "permissions"))
		if child(job, "timeout-minutes") == nil {
			u.problem("a job has no timeout")
		}
		if !used {
			continue
		}
		if child(job, "environment") == nil {
			u.problem("a job with secrets has no environment")
		}
		if when := child(job, "if"); when == nil || !strings.Contains(when.Value, "github.ref_name == github.event.repository.default_branch") {
			u.problem("a job with secrets runs from any branch")
		}
	}
}

// uncommented is a workflow without its comments; none of ours holds # in a text.
func uncommented(text string) string {
	return regexp.MustCompile(`(?m)(^|\s)#.*$`).ReplaceAllString(text, "")
}

// rights of a job for what others propose are to read, and to upload SARIF.
func (u *audit) rights(p *yaml.Node) {
	if p == nil {
		return
	}
	if p.Kind != yaml.MappingNode {
		u.problem("a job takes rights that it does not name: " + p.Value)
		return
	}
	for i := 0; i+1 < len(p.Content); i += 2 {
		if u.proposed() && p.Content[i+1].Value == "write" && p.Content[i].Value != "security-events" {
			u.problem("a job may write " + p.Content[i].Value + " for what others propose")
		}
	}
}

// walk visits a value below the key that holds it.
func (u *audit) walk(n *yaml.Node, key string) {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "${{") && !expressions[key] {
		u.problem("an expression stands in " + key + ": " + n.Value)
	}
	if uses := child(n, "uses"); uses != nil {
		u.uses(n, uses)
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

func (u *audit) uses(step, uses *yaml.Node) {
	if !pinned.MatchString(uses.Value + "\n" + uses.LineComment) {
		u.problem(uses.Value + " is not pinned by hash with its version beside it")
	}
	if !strings.HasPrefix(uses.Value, "actions/checkout@") {
		return
	}
	with := child(step, "with")
	if keep := child(with, "persist-credentials"); keep == nil || keep.Value != "false" {
		u.problem("checkout leaves its token on the disk")
	}
	ref, other := child(with, "ref"), child(with, "repository")
	switch {
	case other != nil:
		if ref == nil || !regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(ref.Value) {
			u.problem("another repository is not pinned by hash")
		}
	case ref != nil && !slices.Contains([]string{"${{ github.event.pull_request.base.ref }}"}, ref.Value):
		u.problem("checkout takes what somebody proposes: " + ref.Value)
	case ref == nil && slices.Contains(u.events, "pull_request_review"):
		u.problem("checkout takes what somebody proposes: the default of a review")
	}
}

// expressions are the keys whose values no shell reads.
var expressions = map[string]bool{
	"env": true, "with": true, "if": true, "outputs": true, "concurrency": true,
}

func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
