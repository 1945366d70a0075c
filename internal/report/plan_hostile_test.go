package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

// hostileName is a name that breaks out of every format that we write.
const hostileName = "</style></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>|`x`\n- [a](http://evil) @team #1 \\,;\u202e\x1b[31m\x00{{.}}\r\nEND:VCALENDAR"

// hostilePlan has that name wherever a schedule has text.
func hostilePlan(t testing.TB) Plan {
	p := smallPlan(t)
	commit := hostileName
	p.Commit = &commit
	p.Change = &PlanChange{Base: hostileName, Text: hostileName, Markdown: "changed", JSON: hostileName}
	p.Findings = append(p.Findings, finding.Finding{ID: "rollout/unplaced", Severity: finding.Error, Message: hostileName, Hint: hostileName, Position: finding.Position{File: hostileName, Line: 1, Column: 1}})
	c := &p.Input.Clients[0]
	c.Name, c.Windows[0].Name, c.Denies[0].ID = hostileName, hostileName, hostileName
	s := &p.Schedule.Plans[0]
	s.Client, s.Plan, s.ID, s.Cost.Currency = hostileName, hostileName, hostileName, hostileName
	for i := range s.Waves {
		s.Waves[i].Name = hostileName
	}
	for i := range s.Placements {
		x := &s.Placements[i]
		x.Asset, x.Wave, x.Window, x.Patches = hostileName, hostileName, hostileName, []string{hostileName}
	}
	s.Placements[0].Rejected[0].By, s.Placements[0].Rejected[0].Window = hostileName, hostileName
	u := &s.Unplaced[0]
	u.Asset, u.By, u.Code = hostileName, hostileName, rollout.Freeze
	u.Counterfactual.Text, u.Counterfactual.Document, u.Counterfactual.From = hostileName, hostileName, hostileName
	u.Tried[0].By, u.Tried[0].Window = hostileName, hostileName
	s.Excluded[0].Asset, s.Excluded[0].By = hostileName, hostileName
	n := &s.Notices[0]
	n.Contact, n.Phone, n.Channels, n.Window = hostileName, hostileName, []string{hostileName}, hostileName
	s.Breaches[0].Asset, s.Remarks[0].Text = hostileName, hostileName
	return p
}

// TestHostileNamesStayText: whatever names hold, every format stays what it is.
func TestHostileNamesStayText(t *testing.T) {
	for _, format := range PlanFormats() {
		got := planned(t, format, hostilePlan(t), Options{})
		text := string(got)
		if format != "ics" && strings.ContainsAny(text, "\x1b\x00\r\u202e") {
			t.Errorf("%s holds a control character", format)
		}
		switch format {
		case "json":
			if !json.Valid(got) {
				t.Error("invalid JSON")
			}
		case "html":
			if n := strings.Count(text, "<script"); n != 1 {
				t.Errorf("%d scripts, wanted ours alone", n)
			}
			if strings.Contains(text, "<img") || strings.Count(text, "</style>") != 1 {
				t.Error("a name became markup")
			}
		case "markdown":
			prose := regexp.MustCompile("<code>.*?</code>|`[^`]*`").ReplaceAllString(text, "")
			for _, bad := range []string{"<script", "<img", "](http", "@team", "#1 ", "://evil"} {
				if strings.Contains(prose, bad) || bad[0] == '<' && strings.Contains(text, bad) {
					t.Errorf("markdown holds %q", bad)
				}
			}
		case "ics":
			if strings.Count(text, "\r\nEND:VCALENDAR\r\n") != 1 || strings.ContainsAny(text, "\x1b\x00\u202e") {
				t.Error("a name became a line of the calendar")
			}
		}
	}
}

// TestMarkdownTablesKeepTheirColumns: no name adds a column or ends a row.
func TestMarkdownTablesKeepTheirColumns(t *testing.T) {
	columns := 0
	for line := range strings.SplitSeq(string(planned(t, "markdown", hostilePlan(t), Options{})), "\n") {
		if !strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "|-") {
			columns = 0
			continue
		}
		n := strings.Count(line, "|")
		if columns != 0 && n != columns {
			t.Errorf("a row with %d bars, its table has %d: %q", n, columns, line)
		}
		columns = n
	}
}

// TestPageNeedsNothingElse: no address in the page is fetched, and it forbids the
// rest by its policy.
func TestPageNeedsNothingElse(t *testing.T) {
	for _, p := range []Plan{smallPlan(t), bigPlan(t, 3), {Input: &rollout.Input{}, Schedule: &rollout.Schedule{}}} {
		text := string(planned(t, "html", p, Options{}))
		if bad := regexp.MustCompile(`(?i)(src|href|action|srcset|poster|data)\s*=\s*["']?[^#"'\s>]|url\(|@import|https?:|//[a-z]`).FindAllString(text, -1); len(bad) > 0 {
			t.Errorf("the page refers to something: %q", bad)
		}
		for _, want := range []string{"default-src 'none'", integrity(planCSS), integrity(planJS), "<style>" + planCSS + "</style>", "<script>" + planJS + "</script>"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in the page", want[:min(60, len(want))])
			}
		}
		if inline := regexp.MustCompile(`<[^>]* (style|on[a-z]+)=`).FindString(text); inline != "" {
			t.Errorf("the policy forbids %q", inline)
		}
	}
}

// TestMarkdownIsCut: a comment on a pull request stays below its limit, and says
// what is left out.
func TestMarkdownIsCut(t *testing.T) {
	for _, limit := range []int{4_000, 20_000, 60_000} {
		got := planned(t, "markdown", bigPlan(t, 500), Options{Limit: limit})
		if len(got) > limit || !bytes.Contains(got, []byte("of 500 plans left out here")) {
			t.Errorf("limit %d: %d bytes, and says %q", limit, len(got), got[max(0, len(got)-120):])
		}
		if strings.Count(string(got), "<details") != strings.Count(string(got), "</details>") {
			t.Errorf("limit %d: a fold is not closed", limit)
		}
	}
	p := bigPlan(t, 2)
	p.Change = &PlanChange{Markdown: strings.Repeat("x", 5_000)}
	if got := planned(t, "markdown", p, Options{Limit: 4_000}); len(got) > 4_000 || !bytes.Contains(got, []byte("What it changes does not fit here")) {
		t.Errorf("%d bytes: %s", len(got), got)
	}
	if got := planned(t, "markdown", bigPlan(t, 500), Options{}); !bytes.Contains(got, []byte("without a place")) || !bytes.Contains(got, []byte("NO_WINDOW")) {
		t.Error("plans with trouble do not come first")
	}
}

// TestTextOfManyPlansIsCompact: 500 clients are a line each, and those with trouble
// in full up to a limit that is said.
func TestTextOfManyPlansIsCompact(t *testing.T) {
	got := string(planned(t, "text", bigPlan(t, 500), Options{}))
	if lines := strings.Count(got, "\n"); lines > 900 {
		t.Errorf("%d lines", lines)
	}
	if !strings.Contains(got, "more with trouble") || strings.Count(got, "\nclient-") < 500 {
		t.Error("not every client has its line, or what is left out is not said")
	}
	for line := range strings.SplitSeq(got, "\n") {
		if strings.HasSuffix(line, " ") || width(line) > 220 {
			t.Errorf("a line %d wide: %q", width(line), line)
		}
	}
}

func TestMoneyIsExact(t *testing.T) {
	for _, c := range []struct {
		amount   int64
		currency string
		want     string
	}{
		{54000, "EUR", "540.00 EUR"},
		{5, "EUR", "0.05 EUR"},
		{0, "USD", "0.00 USD"},
		{-1234, "EUR", "-12.34 EUR"},
		{540, "JPY", "540 JPY"},
		{540, "KWD", "0.540 KWD"},
		{9223372036854775807, "EUR", "92233720368547758.07 EUR"},
	} {
		if got := money(c.amount, c.currency); got != c.want {
			t.Errorf("money(%d, %s) is %q, wanted %q", c.amount, c.currency, got, c.want)
		}
	}
}
