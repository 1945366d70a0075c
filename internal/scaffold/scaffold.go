// Package scaffold writes the repositories that `patchops init` and `patchops demo`
// start from, as bytes by path.
//
// It does not know the disk, Git or the clock: whoever calls it says when "now" is,
// and every date in the files follows from that, so that a repository checks clean
// on the day it is made.
package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"text/template"
	"time"
)

//go:embed all:templates
var templates embed.FS

// suffix keeps the templates from being read as documents, workflows or rules of
// this repository.
const suffix = ".tmpl"

// workflowPath is where GitHub looks for what Params.Workflow holds.
const workflowPath = ".github/workflows/patchops.yml"

// layers names, for each example, the template folders it is made of; a later
// folder's file replaces an earlier one's.
func layers() map[string][]string {
	return map[string][]string{
		"minimal": {"common", "minimal"},
		"solo":    {"common", "minimal", "solo"},
		"msp":     {"common", "msp"},
	}
}

// Examples lists the names that Render knows, sorted.
func Examples() []string { return slices.Sorted(maps.Keys(layers())) }

// Params is all that a scaffolded repository depends on.
type Params struct {
	Example      string
	AsOf         time.Time // every date in the files is relative to it
	RepositoryID string    // Config.spec.repositoryId; drawn at random by the caller
	Key          string    // OpenSSH public key of the only person of "solo"; "" is a made-up one
	Workflow     []byte    // the GitHub workflow; no such file is written when empty
}

// Render returns the files of an example without a workflow, by slash path.
func Render(example string, asOf time.Time, repositoryID string) (map[string][]byte, error) {
	return Params{Example: example, AsOf: asOf, RepositoryID: repositoryID}.Render()
}

// Render returns the files of the example by slash path.
func (p Params) Render() (map[string][]byte, error) {
	folders, ok := layers()[p.Example]
	if !ok {
		return nil, fmt.Errorf("example %q is none of %s", p.Example, strings.Join(Examples(), ", "))
	}
	files := map[string][]byte{}
	for _, folder := range folders {
		if err := p.layer(path.Join("templates", folder), files); err != nil {
			return nil, err
		}
	}
	if len(p.Workflow) > 0 {
		files[workflowPath] = p.Workflow
	}
	return files, nil
}

func (p Params) layer(root string, files map[string][]byte) error {
	return fs.WalkDir(templates, root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		source, err := fs.ReadFile(templates, name)
		if err != nil {
			return err
		}
		target := strings.TrimSuffix(strings.TrimPrefix(name, root+"/"), suffix)
		files[target], err = p.file(target, string(source))
		return err
	})
}

func (p Params) file(target, source string) ([]byte, error) {
	functions := almanac{p.AsOf.UTC()}.functions()
	functions["schema"] = func(kind string) string { return modeline(target, kind) }
	parsed, err := template.New(target).Funcs(functions).Option("missingkey=error").Parse(source)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, p); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// modeline is the comment that tells the YAML language server which schema a file
// follows: a kind, or "all" for files of several kinds.
func modeline(target, kind string) string {
	up := strings.Repeat("../", strings.Count(target, "/"))
	return "# yaml-language-server: $schema=" + up + ".patchops/schema/" + kind + ".json"
}
