package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/finding"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func sample() Check {
	commit := "4f0c8f1d2b6a4e3c9d7e5a1b0c2d3e4f5a6b7c8d"
	at := func(file string, line, column int) finding.Position {
		return finding.Position{File: file, Line: line, Column: column}
	}
	plan := finding.Identity{Kind: "PatchPlan", Client: "acme", Name: "openssl"}
	return Check{
		Commit: &commit, AsOf: "2026-03-12T09:00:00Z", Tzdata: "2026a", Documents: 42, Rules: 61, Version: "0.1.0",
		Metadata: []RuleInfo{
			{
				ID: "plan/waves-increase", Title: "Waves increase", Description: "A later wave is never smaller than an earlier one.",
				HelpURI:  "https://github.com/patchops/patchops/blob/main/docs/findings/plan/waves-increase.md",
				Severity: finding.Warning, Controls: []string{"PCI DSS 4.0.1 6.3.3", "NIST SP 800-40r4 3.4"},
			},
			{ID: "schema/type", Title: "Wrong type", Description: "A value has another type than the schema wants.", Severity: finding.Error},
		},
		Findings: []finding.Finding{
			{
				ID: "plan/waves-increase", Severity: finding.Warning, Message: `wave "half" has 5 percent, less than 10 of "canary"`,
				Hint: "raise the percentage", Position: at("plans/acme/openssl.yaml", 11, 14), Document: plan, Path: "spec.waves[1].percent",
			},
			{
				ID: "schema/type", Severity: finding.Error, Message: `want an integer, found the string "10"`, Hint: "write 10",
				Position: at("plans/acme/openssl.yaml", 8, 14), Document: plan, Path: "spec.waves[0].percent",
				Related: []finding.Related{{Position: at("schemas/plan.cue", 4, 8), Message: "int & >=1 & <=100"}},
			},
			{
				ID: "estate/no-window", Severity: finding.Error, Message: `asset "ws-01" has no window`, WaivedBy: "RiskAcceptance/acme/lab",
				Position: at("clients/acme/assets: old.yaml", 3, 5), Document: finding.Identity{Kind: "AssetList", Client: "acme", Name: "berlin"},
			},
			{ID: "yaml/character", Severity: finding.Error, Message: "character \u202e in a name\n::error::forged ]]> # TODO \x00\xff", Position: at("clients/acme/assets: old.yaml", 5, 9)},
			{ID: "policy/no-rules", Severity: finding.Note, Message: "no own rules"},
		},
		Source: func(file string) []byte {
			if strings.HasPrefix(file, "plans/") {
				return []byte("apiVersion: patchops.dev/v1alpha1\nkind: PatchPlan\nmetadata:\n  name: openssl\nspec:\n  waves:\n  - name: canary\n    percent: \"10\"\n\n  - name: half\n    percent: 5\n")
			}
			return []byte("kind: AssetList\nspec:\n\t- name: ws-01\n\n  - \u65e5: \u202eab\x00\n")
		},
	}
}

func TestGolden(t *testing.T) {
	for name, options := range map[string]Options{
		"text": {}, "text-color": {Color: true}, "text-limit": {Limit: 2}, "json": {}, "json-limit": {Limit: 1},
		"sarif": {}, "junit": {}, "github": {}, "tap": {},
	} {
		format, _, _ := strings.Cut(name, "-")
		golden(t, name, printed(t, format, sample(), options))
	}
	for _, format := range Formats() {
		golden(t, format+"-clean", printed(t, format, Check{AsOf: "2026-03-12T09:00:00Z", Tzdata: "2026a", Documents: 1, Rules: 61}, Options{}))
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from its golden file (go test -update rewrites it):\n%s", name, got)
	}
}

func printed(t interface{ Fatal(...any) }, format string, c Check, o Options) []byte {
	var b bytes.Buffer
	if err := Write(&b, format, c, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWriteRefusesUnknownFormat(t *testing.T) {
	err := Write(&bytes.Buffer{}, "html", Check{}, Options{})
	if err == nil || !strings.Contains(err.Error(), `format "html"`) {
		t.Errorf("got %v", err)
	}
}

func TestTextShows100AndTheTrueCount(t *testing.T) {
	c := Check{Findings: many(245)}
	got := string(printed(t, "text", c, Options{}))
	if n := strings.Count(got, " error schema/type "); n != 100 {
		t.Errorf("%d findings shown, want 100", n)
	}
	for _, want := range []string{"100 of 245 findings are shown", "245 errors"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in the text", want)
		}
	}
	c = Check{Findings: many(10_001)}
	if got := string(printed(t, "json", c, Options{})); !strings.Contains(got, `"truncated": true`) || !strings.Contains(got, `"errors": 10001`) ||
		strings.Count(got, `"fingerprint"`) != 10_000 {
		t.Error("JSON of 10,001 findings: want 10,000, truncated, with the true count")
	}
}

func TestNotesHideNoError(t *testing.T) {
	fs := many(300)
	for i := range fs {
		fs[i].Severity = finding.Note
	}
	fs[250].Severity = finding.Error
	if got := string(printed(t, "text", Check{Findings: fs}, Options{})); !strings.Contains(got, "a.yaml:251:1 error ") {
		t.Error("the only error of 300 findings is not shown")
	}
}

func many(n int) []finding.Finding {
	fs := make([]finding.Finding, n)
	for i := range fs {
		fs[i] = finding.Finding{ID: "schema/type", Severity: finding.Error, Message: "m", Position: finding.Position{File: "a.yaml", Line: i + 1, Column: 1}}
	}
	return fs
}

func TestWriteLeavesTheCallersFindings(t *testing.T) {
	c := sample()
	first := c.Findings[0].ID
	printed(t, "text", c, Options{})
	if c.Findings[0].ID != first {
		t.Error("the caller's findings were sorted in place")
	}
}
