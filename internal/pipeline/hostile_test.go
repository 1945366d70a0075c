package pipeline

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/patchops/patchops/internal/finding"
)

// TestOwnRuleTakesNoIDOfTheEngine: an own rule with the id of an engine's error
// must not make that error one whose level a repository sets.
func TestOwnRuleTakesNoIDOfTheEngine(t *testing.T) {
	fsys := files(t,
		change{"plans/acme/openssl.yaml", "changeType:", "aprovals: 2\n  changeType:"},
		change{"patchops.yaml", "    parameters:", "    levels: {schema/unknown-field: \"off\"}\n    parameters:"},
	)
	rule := fsys["policies/plan/ticket/rule.rego"].Data
	text := strings.NewReplacer("plan.ticket", "schema.unknown_field", "plan/ticket", "schema/unknown-field").Replace(string(rule))
	fsys["policies/schema/unknown-field/rule.rego"] = &fstest.MapFile{Data: []byte(text)}
	found := ids(check(t, engine(t), fsys, nil, nil).Findings)
	for _, want := range []string{"schema/unknown-field", "policy/annotation", "policy/fixed-level"} {
		if !slices.Contains(found, want) {
			t.Errorf("found %v, wanted %s", found, want)
		}
	}
}

// TestOwnRuleHasOnePlace: a rule elsewhere than its id says is refused, so that
// no path gives a rule the id of another.
func TestOwnRuleHasOnePlace(t *testing.T) {
	fsys := files(t)
	rule := fsys["policies/plan/ticket/rule.rego"]
	delete(fsys, "policies/plan/ticket/rule.rego")
	delete(fsys, "policies/plan/ticket/rule_test.rego")
	fsys["policies/team/plan/ticket/rule.rego"] = rule
	found := ids(check(t, engine(t), fsys, nil, nil).Findings)
	if !slices.Contains(found, "policy/annotation") {
		t.Errorf("found %v, wanted policy/annotation", found)
	}
}

// TestConfigIsJudgedAndOurs: what decides which files are read is itself read,
// judged, and a document of ours.
func TestConfigIsJudgedAndOurs(t *testing.T) {
	e := engine(t)
	fsys := files(t, change{"patchops.yaml", "exclude: []", "exclude: [patchops.yaml]\n  bogus: 1"})
	if found := ids(check(t, e, fsys, nil, nil).Findings); !slices.Contains(found, "schema/unknown-field") {
		t.Errorf("a Config that excludes itself: found %v", found)
	}
	fsys = files(t, change{"plans/acme/openssl.yaml", "changeType:", "aprovals: 2\n  changeType:"})
	foreign := "apiVersion: example.com/v1\nkind: Config\nspec: {exclude: [plans]}\n---\n"
	fsys["patchops.yaml"] = &fstest.MapFile{Data: append([]byte(foreign), fsys["patchops.yaml"].Data...)}
	if found := ids(check(t, e, fsys, nil, nil).Findings); !slices.Contains(found, "schema/unknown-field") {
		t.Errorf("a Config of somebody else in front: found %v", found)
	}
}

// TestNothingVanishesByItsName: a file whose extension is in capitals is
// refused, never skipped in silence.
func TestNothingVanishesByItsName(t *testing.T) {
	e := engine(t)
	for _, name := range []string{"plans/acme/x.YAML", "plans/acme/x.Yml", "clients/acme/x.CUE"} {
		fsys := files(t)
		fsys[name] = &fstest.MapFile{Data: []byte("{")}
		if out := check(t, e, fsys, nil, nil); !slices.ContainsFunc(out.Findings, func(f finding.Finding) bool { return f.File == name }) {
			t.Errorf("%s: found %v", name, out.Findings)
		}
	}
	fsys := files(t)
	fsys["policies/plan/ticket/rule.Rego"] = fsys["policies/plan/ticket/rule.rego"]
	delete(fsys, "policies/plan/ticket/rule.rego")
	if found := ids(check(t, e, fsys, nil, nil).Findings); !slices.Contains(found, "git/path") {
		t.Errorf("a rule in capitals: found %v", found)
	}
}

// TestLinkedFolder: a link to a folder is refused, whatever its name.
func TestLinkedFolder(t *testing.T) {
	dir := t.TempDir()
	for name, f := range files(t) {
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755), os.WriteFile(filepath.Join(dir, name), f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "plans", "acme"), filepath.Join(dir, "plans", "team.d")); err != nil {
		t.Fatal(err)
	}
	tree, err := ReadTree(os.DirFS(dir))
	if err != nil || !slices.Contains(ids(tree.Findings), "git/mode") {
		t.Errorf("found %v (%v), wanted git/mode", tree.Findings, err)
	}
}
