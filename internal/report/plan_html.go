package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

//go:embed assets/plan.css
var planCSS string

//go:embed assets/plan.js
var planJS string

//go:embed assets/plan.html
var planHTML string

// writeHTML prints one file that needs nothing else: style, script and drawings are
// in it. Names are text of strangers: the template escapes them where they stand,
// and the page lets nothing run, or be fetched, but its own style and script, which
// it names by their digests.
func (v *planView) writeHTML(out io.Writer) error {
	page, err := template.New("page").Parse(planHTML)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"+
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'\">\n"+
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"+
		"<title>Rollout as of %s</title>\n<style>%s</style>\n</head>\n<body>\n", integrity(planCSS), integrity(planJS), utc(v.Schedule.AsOf), planCSS)
	if err := page.Execute(&b, v.page()); err != nil {
		return err
	}
	fmt.Fprintf(&b, "<script>%s</script>\n</body>\n</html>\n", planJS)
	_, err = out.Write(b.Bytes())
	return err
}

// integrity is a digest as Content-Security-Policy names an inline element.
func integrity(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

type htmlPage struct {
	Headline, AsOf, Source, Tzdata, Digest string
	Granted                                bool
	Tiles                                  []htmlTile
	Change                                 string
	Findings                               []htmlFinding
	MoreFindings, Errors                   int
	FindingCounts                          string
	Days                                   *htmlDays
	Legend                                 []htmlLegend
	Axis                                   []tick
	Plans                                  []htmlPlan
}

type htmlTile struct{ Value, Label, Class string }

type htmlFinding struct{ Place, Class, ID, Message, Hint string }

type htmlLegend struct{ Class, Text string }

type htmlPlan struct {
	Anchor, Client, Plan, Zone, Search, Label string
	Open                                      bool
	Trouble, Placed, NoPlace, Late            int
	Cost, MergeBy                             string
	Windows, Freezes                          string
	Bars                                      []htmlBar
	Chart                                     *chart
	Slots                                     []htmlSlot
	Unplaced                                  []htmlUnplaced
	Lates, Notices, Remarks                   []string
	Excluded                                  string
}

type htmlBar struct{ Class, D string }

// htmlHosts is names of which a few are shown where there are many.
type htmlHosts struct {
	Hosts, Few string
	More       int
}

type htmlSlot struct {
	Wave, Note, Local, UTC, Window string
	htmlHosts
	Moved, Binding, Because string
}

type htmlUnplaced struct {
	htmlHosts
	Code, Sentence string
	Tried          []string
	MoreTried      int
	WayOut         string
}

func (v *planView) page() htmlPage {
	sum := total(v.Shown)
	s := v.overview(sum)
	p := htmlPage{
		Headline: v.headline(), AsOf: utc(v.Schedule.AsOf), Source: v.source(), Tzdata: window.Version, Digest: v.Schedule.Digest,
		Granted: v.Input.Granted, Tiles: v.tiles(sum), Days: v.days(s), Legend: v.legend(), Axis: s.ticks(zoneOr(nil), 10),
	}
	if v.Change != nil {
		p.Change = displayLines(v.Change.Text)
	}
	for _, f := range worst(v.Findings, 200) {
		p.Findings = append(p.Findings, htmlFinding{place(f.Position), class(f), Display(f.ID), Display(f.Message), Display(f.Hint)})
	}
	c := finding.Count(v.Findings)
	p.Errors, p.FindingCounts = c.Errors, fmt.Sprintf("%s, %s, %s", plural(c.Errors, "error"), plural(c.Warnings, "warning"), plural(c.Notes, "note"))
	p.MoreFindings = len(v.Findings) - len(p.Findings)
	for i := range v.Shown {
		p.Plans = append(p.Plans, v.htmlPlan(&v.Shown[i], s))
	}
	return p
}

// displayLines keeps line feeds, and shows what else is invisible.
func displayLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = Display(l)
	}
	return strings.Join(lines, "\n")
}

// overview is the time that all plans are drawn over: from the instant of planning
// to the last end, a day and a bit more.
func (v *planView) overview(sum totals) scale {
	end := v.Schedule.AsOf + v.Input.Horizon
	if sum.last != 0 {
		end = max(sum.last, v.Schedule.AsOf) + daySeconds
		end += (end - v.Schedule.AsOf) / 20
	}
	return scale{v.Schedule.AsOf, end}
}

func (v *planView) tiles(sum totals) []htmlTile {
	out := []htmlTile{
		countTile(sum.clients, "client", ""),
		countTile(sum.plans, "plan", ""),
		countTile(sum.placed, "session", " placed"),
	}
	lateOnes := 0
	for i := range v.Shown {
		lateOnes += late(&v.Shown[i])
	}
	if sum.unplaced > 0 {
		out = append(out, htmlTile{fmt.Sprint(sum.unplaced), "without a place", "bad"})
	}
	if lateOnes > 0 {
		out = append(out, htmlTile{fmt.Sprint(lateOnes), "late", "warn"})
	}
	out = append(out, countTile(sum.notices, "notice", " to send"))
	for _, c := range sum.costs {
		if c.amount == 0 && len(sum.costs) > 1 {
			continue
		}
		out = append(out, htmlTile{money(c.amount, c.currency), "cost", ""})
	}
	return out
}

// countTile is a number with its noun, "2", "clients".
func countTile(n int, noun, rest string) htmlTile {
	value, label, _ := strings.Cut(plural(n, noun), " ")
	return htmlTile{value, label + rest, ""}
}

// legend names the waves by their order; their own names are in each plan.
func (v *planView) legend() []htmlLegend {
	most := 0
	for i := range v.Shown {
		most = max(most, len(v.Shown[i].Waves))
	}
	var out []htmlLegend
	for i := range min(most, 6) {
		text := fmt.Sprintf("wave %d", i+1)
		if i == 5 && most > 6 {
			text += " and later"
		}
		out = append(out, htmlLegend{waveClass(i), text})
	}
	return out
}

func (v *planView) client(name string) *rollout.Client {
	i, ok := slices.BinarySearchFunc(v.Input.Clients, name, func(c rollout.Client, n string) int { return strings.Compare(c.Name, n) })
	if !ok {
		return nil
	}
	return &v.Input.Clients[i]
}
