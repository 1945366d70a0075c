// Command bench times `patchops check` beside cue vet and conftest on one repository,
// taking turns, and prints the medians as a Markdown table.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/patchops/patchops/internal/generate"
)

// changed is the document that the warm runs find changed.
const changed = "plans/client-0001/openssl.yaml"

type settings struct {
	patchops, cue, conftest         string // programs
	schemas, rego, repository, work string // folders
	rounds                          int
}

func main() {
	var s settings
	flag.StringVar(&s.patchops, "patchops", "", "program")
	flag.StringVar(&s.cue, "cue", "", "program")
	flag.StringVar(&s.conftest, "conftest", "", "program")
	flag.StringVar(&s.schemas, "schemas", "schemas", "folder of the CUE schemas")
	flag.StringVar(&s.rego, "rego", "", "folder of conftest's rules")
	flag.StringVar(&s.repository, "repository", "", "folder of the generated repository")
	flag.StringVar(&s.work, "work", "", "folder for caches and copies")
	flag.IntVar(&s.rounds, "rounds", 5, "times that each is run")
	flag.Parse()
	if err := s.bench(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench runs every contender once a round, so that a busy machine is busy for all.
func (s settings) bench() error {
	contenders, err := s.contenders()
	if err != nil {
		return err
	}
	taken := make([][]measure, len(contenders))
	for round := range s.rounds {
		for i, c := range contenders {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round+1, s.rounds, c.name)
			if err := c.prepare(round); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			m, err := c.run()
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			taken[i] = append(taken[i], m)
		}
	}
	results := make([]result, len(contenders))
	for i, c := range contenders {
		results[i] = result{c.name, median(taken[i])}
	}
	table(os.Stdout, results)
	return nil
}

// A contender is something that is timed: one command, or several in turn.
type contender struct {
	name     string
	prepare  func(round int) error
	commands [][]string
	env      []string
	findings bool // exit status 3, findings, is as good as 0
}

func (s settings) contenders() ([]contender, error) {
	cue, err := s.vet()
	if err != nil {
		return nil, err
	}
	one, err := s.one()
	if err != nil {
		return nil, err
	}
	cache := filepath.Join(s.work, "cache")
	env := append(os.Environ(), "XDG_CACHE_HOME="+cache)
	check := func(folder string) [][]string {
		return [][]string{{s.patchops, "check", "--quiet", "--repo", folder, "--as-of", generate.AsOf}}
	}
	nothing := func(int) error { return nil }
	changes, err := s.changes()
	if err != nil {
		return nil, err
	}
	return append([]contender{
		{name: "cue vet", prepare: nothing, commands: cue},
		{name: "conftest", prepare: nothing, commands: [][]string{{s.conftest, "test", "--no-color", "--policy", s.rego, s.repository}}},
		{name: "check, cold", prepare: func(int) error { return os.RemoveAll(cache) }, commands: check(s.repository), env: env},
		{name: "check, one document changed", prepare: s.change, commands: check(s.repository), env: env},
		{name: "check, one document alone", prepare: func(int) error { return os.RemoveAll(cache) }, commands: check(one), env: env, findings: true},
	}, changes...), nil
}

// vet is one command per kind: every generated file holds documents of one kind.
func (s settings) vet() ([][]string, error) {
	schemas, err := filepath.Glob(filepath.Join(s.schemas, "*.cue"))
	if err != nil {
		return nil, err
	}
	var commands [][]string
	at := map[string]int{}
	err = filepath.WalkDir(s.repository, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".yaml" {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		_, rest, _ := strings.Cut(string(content), "\nkind: ")
		kind, _, _ := strings.Cut(rest, "\n")
		if _, known := at[kind]; !known {
			at[kind] = len(commands)
			commands = append(commands, append([]string{s.cue, "vet", "-c", "-d", "#" + kind}, schemas...))
		}
		commands[at[kind]] = append(commands[at[kind]], name)
		return nil
	})
	return commands, err
}

// change makes the warm runs' document another one than it was.
func (s settings) change(round int) error {
	name := filepath.Join(s.repository, filepath.FromSlash(changed))
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, _, _ := strings.Cut(string(content), "  impact: ")
	return os.WriteFile(name, fmt.Appendf(nil, "%s  impact: Round %d.\n", before, round), 0o644)
}

// one is a folder that holds a single document.
func (s settings) one() (string, error) {
	folder := filepath.Join(s.work, "one")
	target := filepath.Join(folder, filepath.FromSlash(changed))
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return "", err
	}
	content, err := os.ReadFile(filepath.Join(s.repository, filepath.FromSlash(changed)))
	if err != nil {
		return "", err
	}
	return folder, os.WriteFile(target, content, 0o644)
}
