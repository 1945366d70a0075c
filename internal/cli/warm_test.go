package cli

import (
	"crypto/sha256"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/cache"
	"github.com/patchops/patchops/internal/pipeline"
)

// moreFiles are what the smallest example lacks: a bulk file, a plan over all
// clients, a closed plan, a waiver.
var moreFiles = map[string]string{
	"clients/acme/rows.yaml": "apiVersion: patchops.dev/v1alpha1\nkind: AssetList\nmetadata: {name: rows, client: acme}\nspec:\n" +
		"  defaults: {class: server, os: debian, env: prod, profile: debian-apt, owner: engineers}\n  file: clients/acme/rows.csv\n",
	"clients/acme/rows.csv": "name,role,tier,dependsOn\nrow-01,web,1,db-01\nrow-02,app,2,row-01\n",
	"clients/acme/risks.yaml": "apiVersion: patchops.dev/v1alpha1\nkind: RiskAcceptance\nmetadata: {name: tickets, client: acme}\nspec:\n" +
		"  scope: {findings: [plan/ticket], patches: [openssl-3-0-15]}\n  reason: The service desk moves.\n  owner: ben\n" +
		"  approvers: [dana]\n  approvedAt: 2026-03-02\n  expires: 2026-03-20\n",
}

// warmBase is the tree that a property starts from. Own rules, schemas and CUE
// take a child process, so only some runs have them.
func warmBase(t *rapid.T) map[string]string {
	example, own := "minimal", rapid.IntRange(0, 24).Draw(t, "own") == 7
	if rapid.IntRange(0, 49).Draw(t, "msp") == 7 {
		example = "msp"
	}
	files, err := Scaffold(example, scriptNow, strings.Repeat("a", 32))
	if err != nil {
		t.Fatal(err)
	}
	tree := map[string]string{}
	for name, content := range files {
		if strings.HasPrefix(name, ".") || !own && (strings.HasPrefix(name, "policies/") || strings.HasPrefix(name, "schemas/") || path.Ext(name) == ".cue") {
			continue
		}
		tree[name] = string(content)
	}
	if example == "minimal" {
		maps.Copy(tree, moreFiles)
	}
	return tree
}

var word = regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9./-]*`)

// alter changes one file of the tree as people, merges and accidents do.
func alter(t *rapid.T, tree map[string]string) {
	names := slices.Sorted(maps.Keys(tree))
	name := rapid.SampledFrom(names).Draw(t, "file")
	content := tree[name]
	switch rapid.SampledFrom([]string{"word", "word", "word", "word", "line", "again", "cut", "delete", "rename", "copy"}).Draw(t, "edit") {
	case "word":
		tree[name] = replaceWord(t, content, tree[rapid.SampledFrom(names).Draw(t, "from")])
	case "line":
		lines := strings.SplitAfter(content, "\n")
		i := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
		tree[name] = strings.Join(slices.Delete(lines, i, i+1), "")
	case "again":
		tree[name] = content + "---\n" + content
	case "cut":
		tree[name] = content[:rapid.IntRange(0, len(content)).Draw(t, "length")]
	case "delete":
		delete(tree, name)
	case "rename":
		delete(tree, name)
		tree[path.Join(path.Dir(name), "renamed"+path.Ext(name))] = content
	case "copy":
		tree[path.Join(path.Dir(name), "copied"+path.Ext(name))] = content
	}
}

// replaceWord puts a word of another text in the place of one of this.
func replaceWord(t *rapid.T, content, from string) string {
	places, words := word.FindAllStringIndex(content, -1), word.FindAllString(from, -1)
	if len(places) == 0 || len(words) == 0 {
		return content
	}
	at := places[rapid.IntRange(0, len(places)-1).Draw(t, "place")]
	return content[:at[0]] + rapid.SampledFrom(words).Draw(t, "word") + content[at[1]:]
}

// damage does to the cache file what disks and people do.
func damage(t *rapid.T, file string) {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	switch rapid.SampledFrom([]string{"", "", "", "", "flip", "cut", "append", "delete"}).Draw(t, "damage") {
	case "flip":
		b[rapid.IntRange(0, len(b)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
	case "cut":
		b = b[:rapid.IntRange(0, len(b)).Draw(t, "length")]
	case "append":
		b = append(b, rapid.SliceOf(rapid.Byte()).Draw(t, "more")...)
	case "delete":
		_ = os.Remove(file)
		return
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestWarmEqualsCold: whatever changed since verdicts were kept (documents, data
// files, own rules, the instant) and whatever became of the file that keeps them,
// a check finds the same with it as without, and again from what it keeps.
func TestWarmEqualsCold(t *testing.T) {
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	file, child := filepath.Join(t.TempDir(), "check"), (&app{}).child(t.Context())
	check := func(t *rapid.T, tree map[string]string, asOf time.Time, kept pipeline.Kept) *pipeline.Outcome {
		files := fstest.MapFS{}
		for name, content := range tree {
			files[name] = &fstest.MapFile{Data: []byte(content)}
		}
		read, err := pipeline.ReadTree(files)
		if err != nil {
			t.Fatal(err)
		}
		out, err := engine.Check(pipeline.Input{Tree: read, AsOf: asOf, Kept: kept, Child: child})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	digest := func(tree map[string]string) [sha256.Size]byte {
		var own strings.Builder
		for _, name := range slices.Sorted(maps.Keys(tree)) {
			if strings.HasPrefix(name, "policies/") || strings.HasPrefix(name, "schemas/") {
				own.WriteString(name + "\x00" + tree[name] + "\x00")
			}
		}
		return sha256.Sum256([]byte(own.String()))
	}
	instant := func(t *rapid.T) time.Time {
		return scriptNow.Truncate(time.Minute).Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 24 * 7, 24 * 30, 24 * 400, -24 * 30}).Draw(t, "hours")) * time.Hour)
	}
	rapid.Check(t, func(t *rapid.T) {
		tree := warmBase(t)
		for range rapid.IntRange(0, 2).Draw(t, "before") {
			alter(t, tree)
		}
		first := check(t, tree, instant(t), nil)
		if err := cache.Save(file, digest(tree), first.Kept); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 3).Draw(t, "after") {
			alter(t, tree)
		}
		damage(t, file)
		asOf := instant(t)
		cold := check(t, tree, asOf, nil)
		warm := check(t, tree, asOf, cache.Load(file, digest(tree)))
		same(t, "warm", cold, warm)
		if err := cache.Save(file, digest(tree), warm.Kept); err != nil {
			t.Fatal(err)
		}
		again := check(t, tree, asOf, cache.Load(file, digest(tree)))
		same(t, "again", cold, again)
	})
}

func same(t *rapid.T, when string, cold, warm *pipeline.Outcome) {
	t.Helper()
	if !reflect.DeepEqual(cold.Findings, warm.Findings) {
		t.Errorf("%s: found %s\nwanted as cold %s", when, list(warm.Findings), list(cold.Findings))
	}
	if cold.Documents != warm.Documents || cold.Evaluated != warm.Evaluated || cold.Rules != warm.Rules {
		t.Errorf("%s: %d documents, %d evaluations, %d rules; cold %d, %d, %d", when,
			warm.Documents, warm.Evaluated, warm.Rules, cold.Documents, cold.Evaluated, cold.Rules)
	}
}

// TestCacheIsUsed: what holds is not judged again, or the property above would
// be no more than a repetition.
func TestCacheIsUsed(t *testing.T) {
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	tree := overlay(t, block{})
	for name := range tree {
		if strings.HasPrefix(name, "policies/") || strings.HasPrefix(name, "schemas/") {
			delete(tree, name)
		}
	}
	check := func(kept pipeline.Kept) *pipeline.Outcome {
		read, err := pipeline.ReadTree(tree)
		if err != nil {
			t.Fatal(err)
		}
		out, err := engine.Check(pipeline.Input{Tree: read, AsOf: pageAsOf, Kept: kept})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	cold := check(nil)
	if warm := check(cold.Kept); warm.Reused != warm.Documents {
		t.Errorf("%d of %d verdicts are used again, wanted all", warm.Reused, warm.Documents)
	}
	tree["clients/acme/ha.yaml"] = &fstest.MapFile{Data: append(tree["clients/acme/ha.yaml"].Data, '\n')}
	if warm := check(cold.Kept); warm.Reused == 0 || warm.Reused == warm.Documents {
		t.Errorf("%d of %d verdicts are used again after one changed", warm.Reused, warm.Documents)
	}
}
