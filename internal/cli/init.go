package cli

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/scaffold"
)

func (a *app) initCommand() *cobra.Command {
	var example string
	var solo bool
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Scaffold a repository that checks clean at once",
		Long: "Init writes a repository to start from: a client with its agreement, windows and\n" +
			"assets, a patch and a plan for it, people and approval rules, one rule and one\n" +
			"constraint of your own, the editors' schemas and workflows for GitHub. It never\n" +
			"overwrites a file. In a Git repository that it makes, commits are signed with your\n" +
			"SSH key, if there is one: whose work a change is must be known. --example msp writes\n" +
			"a managed-service provider's repository.",
		Example: "  patchops init my-plans\n  patchops init --example msp /tmp/msp",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			if solo {
				if example != "minimal" {
					return usage("--solo goes with the minimal example only")
				}
				example = "solo"
			}
			return a.init(dir, example)
		},
	}
	cmd.Flags().StringVar(&example, "example", "minimal", "write the example `NAME`: minimal, msp or solo")
	cmd.Flags().BoolVar(&solo, "solo", false, "as --example solo: one person approves alone (with a standing warning)")
	_ = cmd.RegisterFlagCompletionFunc("example", cobra.FixedCompletions(scaffold.Examples(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a *app) init(dir, example string) error {
	if !slices.Contains(scaffold.Examples(), example) {
		return usage("--example is %q, wanted one of %s", example, strings.Join(scaffold.Examples(), ", "))
	}
	id, err := repositoryID()
	if err != nil {
		return err
	}
	key := a.ownKey()
	files, err := scaffolded(scaffold.Params{Example: example, AsOf: a.env.Now().UTC(), RepositoryID: id, Key: key.line})
	if err != nil {
		return err
	}
	target := a.absolute(dir)
	if branch := a.gitBranch(target); branch == "master" {
		files["patchops.yaml"] = bytes.Replace(files["patchops.yaml"], []byte("mainBranch: main\n"), []byte("mainBranch: master\n"), 1)
	}
	if taken := existing(target, files); len(taken) > 0 {
		return usage("%q already holds %s: init overwrites nothing", dir, strings.Join(taken, ", "))
	}
	if err := writeFiles(target, files); err != nil {
		return err
	}
	made, err := a.gitInit(target)
	if err != nil {
		a.progress("patchops: %v (the files are written all the same)", err)
	}
	if made {
		a.signCommits(target, key)
	}
	a.progress("wrote %d files to %s", len(files), dir)
	a.progress("next: cd %s && patchops check; its README.md goes on from there", dir)
	return nil
}

// Scaffold renders an example with the workflow and the editors' schemas beside it.
func Scaffold(example string, asOf time.Time, id string) (map[string][]byte, error) {
	return scaffolded(scaffold.Params{Example: example, AsOf: asOf, RepositoryID: id})
}

func scaffolded(p scaffold.Params) (map[string][]byte, error) {
	p.Workflow = scaffold.Workflow()
	files, err := p.Render()
	if err != nil {
		return nil, err
	}
	shapes, err := pipeline.Shapes()
	if err != nil {
		return nil, err
	}
	schemas, err := SchemaFiles(shapes, "")
	if err != nil {
		return nil, err
	}
	for name, b := range schemas {
		files[".patchops/schema/"+name] = b
	}
	maps.Copy(files, scaffold.Workflows())
	return files, nil
}

func repositoryID() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("make a repository id: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// existing lists which of files are there already, at most three.
func existing(dir string, files map[string][]byte) []string {
	var taken []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if exists(filepath.Join(dir, filepath.FromSlash(name))) {
			taken = append(taken, name)
		}
	}
	if len(taken) > 3 {
		return append(taken[:3], "…")
	}
	return taken
}

// gitBranch is the branch of the repository that dir lies in, "" for none.
func (a *app) gitBranch(dir string) string {
	for !exists(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	b, err := exec.Command("git", "-C", dir, "symbolic-ref", "--quiet", "--short", "HEAD").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// gitInit makes dir a Git repository unless it lies in one, and says whether it did.
func (a *app) gitInit(dir string) (made bool, err error) {
	for up := dir; ; up = filepath.Dir(up) {
		if exists(filepath.Join(up, ".git")) {
			return false, nil
		}
		if up == filepath.Dir(up) {
			break
		}
	}
	cmd := exec.Command("git", "init", "--quiet", "--initial-branch=main", dir)
	cmd.Stderr = a.env.Stderr
	if err := cmd.Run(); err != nil {
		return false, fmt.Errorf("git init: %w", err)
	}
	return true, nil
}
