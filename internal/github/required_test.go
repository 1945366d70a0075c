package github_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github/githubtest"
)

// R16, M8: a check that nobody reported is missing, never passed, and its app
// must be the one that the rule names.
func TestR16RequiredChecks(t *testing.T) {
	const build = 77
	w := start(t)
	pr := w.propose("release/1.0")
	w.run(w.bare, "git", "branch", "patchops/x", "main")
	w.forge.Require("build", build, false)
	w.forge.Require("lint", 0, false)
	w.forge.Require("scan", 88, true)
	w.forge.Require("legacy", 0, false)
	w.forge.Require("patchops / approval", githubtest.AppID, false)
	c := w.client()
	check := func(want string) {
		t.Helper()
		got, err := c.Required(t.Context(), pr)
		text := ""
		for _, r := range got {
			text += fmt.Sprintf("%s/%d %s, ", r.Name, r.App, r.State)
		}
		if err != nil || text != want {
			t.Errorf("%s %v, wanted %s", text, err, want)
		}
	}
	check("build/77 missing, legacy/0 missing, lint/0 missing, scan/88 missing, ")
	w.forge.Report(pr.Head, "build", 66, "completed", "success") // another app
	w.forge.Report(pr.Head, "lint", 66, "queued", "")
	w.forge.Report(pr.Head, "scan", 88, "completed", "action_required")
	w.forge.Status(pr.Head, "legacy", "pending")
	w.forge.Status(pr.Head, "scan", "success")
	check("build/77 missing, legacy/0 pending, lint/0 pending, scan/88 failed, ")
	w.forge.Report(pr.Head, "build", build, "completed", "success")
	w.forge.Report(pr.Head, "lint", 66, "completed", "skipped")
	w.forge.Report(pr.Head, "scan", 88, "completed", "neutral")
	check("build/77 passed, legacy/0 pending, lint/0 passed, scan/88 passed, ")
	w.forge.Report(pr.Head, "lint", 67, "completed", "failure") // of two by that name the worse counts
	w.forge.Report(pr.Head, "build", build, "", "")             // vanishes on a re-run
	check("build/77 missing, legacy/0 pending, lint/0 failed, scan/88 passed, ")
}

// M8: what the forge itself would refuse, it refuses.
func TestM8RequiredCheckNeverReported(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	w.forge.Require("build", 0, true)
	got, err := w.client().Required(t.Context(), pr)
	if err != nil || len(got) != 1 || got[0] != (change.Required{Name: "build", State: "missing"}) {
		t.Error(got, err)
	}
	if _, err := w.merge(pr); !errors.Is(err, change.ErrDenied) {
		t.Error(err)
	}
}

// Protection that is not shown is not "no protection".
func TestRequiredUnreadable(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	w.forge.Require("build", 0, false)
	c := w.client()
	for what, fault := range map[string]githubtest.Fault{
		"rules refused": {Path: "/repos/*/*/rules/branches/main", Status: 403},
		"branch gone":   {Path: "/repos/*/*/branches/main", Status: 404},
		"protection left out": {Path: "/repos/*/*/branches/main", Lie: func(truth any) any {
			delete(truth.(map[string]any), "protection")
			return truth
		}},
		"another branch": {Path: "/repos/*/*/branches/main", Lie: func(truth any) any {
			truth.(map[string]any)["name"] = "other"
			return truth
		}},
		"rules null":         {Path: "/repos/*/*/rules/branches/main", Status: 200, Body: "null"},
		"runs miscounted":    {Path: "/repos/*/*/commits/*/check-runs", Status: 200, Body: `{"total_count":2,"check_runs":[]}`},
		"runs without count": {Path: "/repos/*/*/commits/*/check-runs", Status: 200, Body: `{"check_runs":[]}`},
		"run of another commit": {
			Path: "/repos/*/*/commits/*/check-runs", Status: 200,
			Body: `{"total_count":1,"check_runs":[{"id":1,"name":"build","status":"completed","conclusion":"success","head_sha":"` + nowhere + `"}]}`,
		},
		"statuses refused": {Path: "/repos/*/*/commits/*/status", Status: 403},
	} {
		w.forge.Heal()
		w.forge.Fault(fault)
		if got, err := c.Required(t.Context(), pr); err == nil {
			t.Errorf("%s: %v", what, got)
		}
	}
}

const nowhere = "0123456789012345678901234567890123456789"
