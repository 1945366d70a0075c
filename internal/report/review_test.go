package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/review"
)

// pending is a review with something in every part; text is what strangers wrote.
func pending(text string) Review {
	plan := finding.Identity{Kind: "PatchPlan", Client: "acme", Name: text}
	e := &effect.Effect{
		Files: []effect.FileChange{{Path: text, After: effect.FileState{Mode: "100644", Digest: effect.Digest{1}}}},
		Documents: []effect.DocumentChange{{
			Identity: plan, Before: effect.DocumentState{Path: text, Digest: effect.Digest{2}}, After: effect.DocumentState{Path: text, Digest: effect.Digest{3}},
			Fields: []effect.FieldChange{{Path: "spec." + text, Before: text, After: text + "!"}},
		}},
	}
	check := sample()
	check.Findings[0].Message, check.Findings[0].File, check.Findings[0].Hint = text, text, text
	return Review{
		Review: &review.Review{
			Change:     change.Change{Name: text, Head: strings.Repeat("a", 40), Target: "main", Open: true},
			Authorised: strings.Repeat("b", 40), Base: strings.Repeat("b", 40), Proposed: e, Landing: e,
			Outcome: &pipeline.Outcome{Findings: finding.Sort(check.Findings), Documents: 42, Rules: 61},
			Why:     []string{"schema/type: " + text, "the approvals are pending: by the rules of bbbbbbbbbbbb"},
			Clients: []string{"acme"}, Accepts: []string{"sha256:1"}, Due: true,
			Verdict: approval.Verdict{
				State: approval.Pending,
				Tree: approval.Node{State: approval.Pending, Title: "all", Children: []approval.Node{
					{
						State: approval.Pending, Title: "rule " + text, Reason: "1 of 2", Have: 1, Want: 2, By: []string{text},
						Covers: []string{text, "b", "c", "d", "e"},
					},
					{State: approval.Skipped, Title: "rule emergency", Reason: "it matches nothing"},
				}},
				Ignored:   []approval.Ignored{{Person: text, Why: "stale", Detail: text, Evidence: "sha256:2"}, {Why: "unknown"}},
				Kept:      []string{"erin: " + text},
				Unblock:   []string{"one of {dana, " + text + "} from group security"},
				Needs:     []approval.Need{{Rules: []string{"x"}, Count: 1, People: []string{"dana"}, From: "group security"}},
				Uncovered: []effect.Difference{{Document: plan, Client: "acme", Asset: text}},
				Warnings:  []string{text},
			},
		},
		AsOf: "2026-03-12T09:00:30Z", Tzdata: "2026a", Source: check.Source,
	}
}

func reviewed(t *testing.T, format string, r Review, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteReview(&b, format, r, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReviewGolden(t *testing.T) {
	r := pending("reorder-waves")
	for _, format := range ReviewFormats() {
		golden(t, "review-"+format, reviewed(t, format, r, Options{}))
	}
	golden(t, "review-color", reviewed(t, "text", r, Options{Color: true}))
	r.Mergeable, r.Why, r.Verdict, r.NoRoot = true, nil, approval.Verdict{State: approval.Approved, Tree: approval.Node{State: approval.Approved, Title: "all"}}, true
	r.Outcome.Findings = nil
	golden(t, "review-approved", reviewed(t, "text", r, Options{}))
	var b bytes.Buffer
	for _, c := range pending("reorder-waves").Presentation().Checks {
		fmt.Fprintf(&b, "== %s: %s %s\n%s\n\n%s", c.Name, c.Status, c.Conclusion, c.Title, c.Summary)
		for _, a := range c.Annotations {
			fmt.Fprintf(&b, "-- %s:%d:%d %s %q %q\n", a.Path, a.Line, a.Column, a.Level, a.Title, a.Message)
		}
	}
	golden(t, "review-checks", b.Bytes())
	var plans bytes.Buffer
	if err := WritePlanReviews(&plans, "text", PlanReviews{Client: "acme", Plan: "x", File: "plans/acme/x.yaml", RulesCommit: strings.Repeat("b", 40)}, Options{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "review-plan", plans.Bytes())
}

func TestReviewJSONHasTheKeysOfTheContract(t *testing.T) {
	var v map[string]any
	if err := json.Unmarshal(reviewed(t, "json", pending("x"), Options{}), &v); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"change", "head", "base", "rulesCommit", "effectDigest", "verdict", "mergeable", "tree", "ignored", "unblock"} {
		if _, there := v[key]; !there {
			t.Errorf("there is no key %q", key)
		}
	}
	empty := Review{Review: &review.Review{Outcome: &pipeline.Outcome{}}}
	if text := string(reviewed(t, "json", empty, Options{})); strings.Contains(text, `"ignored": null`) || strings.Contains(text, `"why": null`) || strings.Contains(text, `"children": null`) {
		t.Errorf("a list is null:\n%s", text)
	}
}

// active is Markdown of a stranger that would do something.
var active = regexp.MustCompile(`<(script|img|/style|a )|@team\b|\]\(http|://evil|\x1b|\x00|\x{202e}`)

func TestNoTextOfAStrangerActs(t *testing.T) {
	r := pending(hostileName)
	p := r.Presentation()
	texts := map[string]string{"comment": p.Comment, "text": string(reviewed(t, "text", r, Options{}))}
	for _, c := range p.Checks {
		texts[c.Name] = c.Summary
		for _, a := range c.Annotations {
			if strings.ContainsAny(a.Message, "\x00\x1b\u202e") {
				t.Errorf("annotation %q", a.Message)
			}
		}
	}
	for name, text := range texts {
		found := active.FindString(text)
		if name == "text" {
			found = regexp.MustCompile(`\x1b|\x00|\x{202e}`).FindString(text)
		}
		if found != "" {
			t.Errorf("%s holds %q:\n%s", name, found, text)
		}
		if strings.Contains(text, "\nEND:VCALENDAR") {
			t.Errorf("%s: a line feed of a stranger is one", name)
		}
	}
}

// TestPF12NoInstantOfAPlacementIsShown: placements move with the clock.
func TestPF12NoInstantOfAPlacementIsShown(t *testing.T) {
	c := &ScheduleChange{
		Before: Totals{ExposureRiskHours: 4711}, After: Totals{ExposureRiskHours: 4712},
		Plans: []PlanDifference{{
			Client: "acme", Plan: "x", Moved: []HostMove{{"web-01", HostPlace{Start: 1773306000}, HostPlace{Start: 1773309600}}},
			Unplaced: []HostUnplaced{{Asset: "db-01", Code: "CAPACITY"}},
		}},
	}
	if got, want := c.lasting(), "**rollouts**\n\n- changed acme/x\n  - 1 host moved\n  - without a place (1): db-01: CAPACITY\n"; got != want {
		t.Errorf("%q, wanted %q", got, want)
	}
}

func TestPF12EqualReviewsGiveEqualBytes(t *testing.T) {
	before := pending("x").Presentation()
	later := pending("x")
	later.AsOf = time.Unix(1_800_000_000, 0).UTC().Format(time.RFC3339)
	if after := later.Presentation(); !reflect.DeepEqual(before, after) {
		t.Error("what is shown moves with the clock alone, so it would be edited at each look")
	}
}

func TestPF12WhatIsTooLongIsCutAtALine(t *testing.T) {
	r := pending("x")
	for i := range 3000 {
		r.Outcome.Findings = append(r.Outcome.Findings, finding.Finding{
			ID: "schema/type", Severity: finding.Warning, Message: strings.Repeat("ä", 90), Position: finding.Position{File: "plans/x.yaml", Line: i + 1},
		})
	}
	p := r.Presentation()
	for name, text := range map[string]string{"comment": p.Comment, "policy": p.Checks[0].Summary} {
		if len(text) > 65_535 || len(text) < 60_000 || !strings.Contains(text, "lines are left out here. `patchops status` shows all.\n") {
			t.Errorf("%s has %d bytes and ends %q", name, len(text), text[len(text)-100:])
		}
	}
	if n := len(p.Checks[0].Annotations); n != 50 {
		t.Errorf("%d annotations, wanted the worst 50", n)
	}
	if !strings.HasPrefix(p.Comment, "### patchops: pending") || !strings.Contains(p.Comment, "**approvals**") {
		t.Error("the verdict comes first and is not cut")
	}
}

func TestChecksSayHowTheChangeStands(t *testing.T) {
	for state, want := range map[approval.State]string{
		approval.Approved: "completed success", approval.Pending: "in_progress ", approval.Rejected: "completed failure", approval.Error: "completed failure",
	} {
		r := pending("x")
		r.Verdict.State = state
		c := r.Presentation().Checks[1]
		if got := c.Status + " " + c.Conclusion; got != want || c.Name != ApprovalCheck {
			t.Errorf("%s: %s is %q, wanted %q", state, c.Name, got, want)
		}
	}
	r := pending("x")
	r.Outcome.Findings = nil
	if c := r.Presentation().Checks[0]; c.Conclusion != "success" || c.Title != "no findings" {
		t.Errorf("without findings: %+v", c)
	}
}
