package spec

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestConfig(t *testing.T) {
	if c := ParseConfig(nil); c.MainBranch != "main" || c.Horizon != 35*24*time.Hour || c.StaleAfter != 14*24*time.Hour || c.LogPrefix != "patchops/log" ||
		c.MergeMethod != "merge" || c.MergeWhen != "approved" || c.Forge != "git" || c.PolicyDigest != "" {
		t.Errorf("%+v", c)
	}
	c := ParseConfig(documents(t, "patchops.yaml", `apiVersion: patchops.dev/v1alpha1
kind: Config
metadata: {name: patchops}
spec:
  repositoryId: 3b1c
  mainBranch: trunk
  log: {prefix: log}
  exclude: [vendor, "**/*.values.yaml", "!x", 7]
  horizon: P2W
  staleAfter: 3 days
  merge: {method: squash, when: windowOpen}
  engine: {policyDigest: "sha256:00"}
  forge: {type: github, repository: acme/patches}
  policy:
    levels: {plan/over: error, plan/ticket: off, plan/x: fatal}
    parameters: {plan/ticket: {prefix: CHG-}}
`)[0])
	for _, x := range []struct{ got, want any }{
		{c.RepositoryID, "3b1c"},
		{c.MainBranch, "trunk"},
		{c.LogPrefix, "log"},
		{c.Horizon, 14 * 24 * time.Hour},
		{c.StaleAfter, DefaultStaleAfter}, // not understood: the default, and a finding of the schema
		{c.MergeMethod + " " + c.MergeWhen, "squash windowOpen"},
		{c.PolicyDigest, "sha256:00"},
		{c.Forge + " " + c.ForgeRepository, "github acme/patches"},
		{len(c.Levels), 1},
		{c.Levels["plan/over"], "error"},
		{len(c.Exclude), 2},
		{c.Excludes("vendor/a.yaml"), true},
		{c.Excludes("charts/x/prod.values.yaml"), true},
		{c.Excludes("clients/acme/client.yaml"), false},
		{c.Parameters("plan/ticket").Get("prefix").Text(), "CHG-"},
	} {
		if x.got != x.want {
			t.Errorf("got %v, want %v", x.got, x.want)
		}
	}
	if c.Parameters("plan/other") != nil {
		t.Error("parameters of a rule that has none")
	}
}

func TestGlob(t *testing.T) {
	for pattern, paths := range map[string]string{
		// "+" matches, "-" does not
		"vendor":           "+vendor +vendor/a +vendor/a/b.yaml -vendors -x/vendor",
		"vendor/":          "+vendor/a -vendors/a",
		"vendor/**":        "-vendor +vendor/a +vendor/a/b",
		"*.yaml":           "+a.yaml +.yaml -a/b.yaml -a.yml",
		"**/*.values.yaml": "+x.values.yaml +a/x.values.yaml +a/b/x.values.yaml -a/values.yaml",
		"**/testdata":      "+testdata +a/testdata +a/b/testdata/c.yaml -a/testdata2",
		"a/**/b":           "+a/b +a/x/b +a/x/y/b +a/x/b/c -a/bc -a -b",
		"a/**/b/**":        "+a/b/c -a/b +a/x/b/y",
		"**":               "+a +a/b",
		"**/**":            "+a +a/b",
		"a?c":              "+abc +aéc -ac -a/c -abbc",
		"a*b*c":            "+abc +axxbyyc -axxbyy -a/b/c",
		"clients/*/x.yaml": "+clients/acme/x.yaml -clients/x.yaml -clients/a/b/x.yaml",
		"A":                "-a",
	} {
		if problem, _ := CheckGlob(pattern); problem != "" {
			t.Errorf("%q: %s", pattern, problem)
		}
		g := ParseGlob(pattern)
		for want := range strings.FieldsSeq(paths) {
			if got := g.Matches(want[1:]); got != (want[0] == '+') {
				t.Errorf("%q matches %q: %v", pattern, want[1:], got)
			}
		}
	}
}

func TestCheckGlob(t *testing.T) {
	for pattern, want := range map[string]string{
		"": "names nothing", "/": "names nothing", "/vendor": "does not begin with a name", "./vendor": "does not begin with a name",
		"!vendor": "negated", `a\b`: "no meaning here", "[ab]": "no meaning here", "{a,b}": "no meaning here", "a//b": "empty name",
		"a/../b": `the name ".."`, "a/**b": "beside other characters", "***": "beside other characters",
	} {
		if problem, hint := Checks()["#PathPattern"](pattern); !strings.Contains(problem, want) || hint == "" {
			t.Errorf("%q: %q, hint %q, want %q", pattern, problem, hint, want)
		}
	}
}

// Many stars cost no more than the product of both lengths.
func TestGlobDoesNotBacktrack(t *testing.T) {
	g := ParseGlob(strings.Repeat("**/a*a*a*a*b/", 200) + "x")
	path := strings.Repeat(strings.Repeat("a", 100)+"/", 200) + "y"
	began := time.Now()
	if g.Matches(path) {
		t.Error("matches")
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}

// A pattern that matches a folder matches everything below it.
func TestGlobCoversFolders(t *testing.T) {
	name := rapid.StringMatching(`[ab]{1,2}`)
	rapid.Check(t, func(t *rapid.T) {
		path := strings.Join(rapid.SliceOfN(name, 1, 4).Draw(t, "path"), "/")
		pattern := strings.Join(rapid.SliceOfN(rapid.OneOf(name, rapid.SampledFrom([]string{"*", "**", "a*", "?"})), 1, 4).Draw(t, "pattern"), "/")
		g := ParseGlob(pattern)
		if g.Matches(path) && !g.Matches(path+"/c") {
			t.Fatalf("%q matches %q and not below", pattern, path)
		}
		if !ParseGlob(path).Matches(path) {
			t.Fatalf("%q does not match itself", path)
		}
	})
}
