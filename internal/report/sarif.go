package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/finding"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homepage    = "https://github.com/patchops/patchops"
	// configFile stands in for the place of findings about the repository as a
	// whole: code scanning refuses a result without a location.
	configFile = "patchops.yaml"
)

// writeSARIF prints one run of SARIF 2.1.0 (OASIS, section 3). Waived findings
// are results with an accepted external suppression (3.35).
func writeSARIF(w io.Writer, v view) error {
	rules, index := sarifRules(v)
	results := make([]any, 0, len(v.shown))
	for _, f := range v.shown {
		results = append(results, sarifResult(f, index[f.ID]))
	}
	driver := object{"name": "patchops", "informationUri": homepage, "rules": rules}
	if v.Version != "" {
		driver["version"] = legible(v.Version)
	}
	c := v.counts
	run := object{
		"tool":               object{"driver": driver},
		"automationDetails":  object{"id": "patchops/check/"},
		"columnKind":         "unicodeCodePoints",
		"originalUriBaseIds": object{"%SRCROOT%": object{"description": text("the root of the judged repository")}},
		"invocations":        []any{object{"executionSuccessful": true}},
		"results":            results,
		"properties": object{
			"commit": v.Commit, "asOf": v.AsOf, "tzdata": v.Tzdata, "truncated": v.truncated(),
			"summary": jsonSummary{v.Documents, v.Rules, c.Errors, c.Warnings, c.Notes, c.Waived},
		},
	}
	return encode(w, object{"$schema": sarifSchema, "version": "2.1.0", "runs": []any{run}})
}

// object is a JSON object; the encoder sorts its keys.
type object map[string]any

func text(s string) object { return object{"text": legible(s)} }

// sarifRules lists the rules the run could report, sorted by id, and where each
// id stands in the list (reportingDescriptor, 3.49).
func sarifRules(v view) (rules []any, index map[string]int) {
	infos := slices.Clone(v.Metadata)
	known := map[string]bool{}
	for _, r := range infos {
		known[r.ID] = true
	}
	for _, f := range v.shown {
		if !known[f.ID] {
			known[f.ID] = true
			infos = append(infos, RuleInfo{ID: f.ID, Title: f.ID, Severity: f.Severity})
		}
	}
	slices.SortStableFunc(infos, func(a, b RuleInfo) int { return strings.Compare(a.ID, b.ID) })
	infos = slices.CompactFunc(infos, func(a, b RuleInfo) bool { return a.ID == b.ID })
	rules, index = make([]any, 0, len(infos)), map[string]int{}
	for i, r := range infos {
		rules, index[r.ID] = append(rules, sarifRule(r)), i
	}
	return rules, index
}

func sarifRule(r RuleInfo) object {
	title, description := r.Title, r.Description
	if title == "" {
		title = r.ID
	}
	if description == "" {
		description = title
	}
	help := description
	if len(r.Controls) > 0 {
		help += "\n\nControls: " + strings.Join(r.Controls, "; ")
	}
	rule := object{
		"id": legible(r.ID), "name": legible(r.ID),
		"shortDescription": text(title), "fullDescription": text(description),
		"help":                 object{"text": legible(help), "markdown": legible(help)},
		"defaultConfiguration": object{"level": sarifLevel(r.Severity)},
		"properties":           object{"tags": sarifTags(r)},
	}
	if r.HelpURI != "" {
		rule["helpUri"] = r.HelpURI
	}
	return rule
}

// sarifTags are the id's category and the controls, each once.
func sarifTags(r RuleInfo) []string {
	category, _, _ := strings.Cut(r.ID, "/")
	tags := []string{legible(category)}
	for _, c := range r.Controls {
		if c = legible(c); !slices.Contains(tags, c) {
			tags = append(tags, c)
		}
	}
	return tags
}

func sarifLevel(s finding.Severity) string {
	switch s {
	case finding.Error, finding.Warning:
		return string(s)
	}
	return "note"
}

func sarifResult(f finding.Finding, ruleIndex int) object {
	message := f.Message
	if f.Hint != "" {
		message += "\nhint: " + f.Hint
	}
	r := object{
		"ruleId": legible(f.ID), "ruleIndex": ruleIndex, "level": sarifLevel(f.Severity),
		"message":             object{"text": sarifText(message)},
		"locations":           []any{sarifLocation(f)},
		"partialFingerprints": object{"patchops/v1": f.Fingerprint()},
		"suppressions":        []any{},
		"properties":          object{"finding": toJSON(f)},
	}
	if len(f.Related) > 0 {
		r["relatedLocations"] = sarifRelated(f.Related)
	}
	if f.WaivedBy != "" {
		r["suppressions"] = []any{object{"kind": "external", "status": "accepted", "justification": "waived by " + legible(f.WaivedBy)}}
	}
	return r
}

// sarifText keeps a stranger's text from forming an embedded link (3.11.6).
func sarifText(s string) string {
	return strings.ReplaceAll(legible(s), "](", "] (")
}

func sarifLocation(f finding.Finding) object {
	location := object{"physicalLocation": sarifPhysical(f.Position)}
	if !f.Document.IsZero() {
		location["logicalLocations"] = []any{object{
			"fullyQualifiedName": legible(strings.TrimSuffix(f.Document.String()+"."+f.Path, ".")), "kind": "object",
		}}
	}
	return location
}

func sarifRelated(related []finding.Related) []any {
	out := make([]any, 0, len(related))
	for i, r := range related {
		out = append(out, object{
			"id": i + 1, "physicalLocation": sarifPhysical(r.Position), "message": object{"text": sarifText(r.Message)},
		})
	}
	return out
}

func sarifPhysical(p finding.Position) object {
	file := p.File
	if file == "" {
		file = configFile
	}
	region := object{"startLine": max(p.Line, 1)}
	if p.Line > 0 && p.Column > 0 {
		region["startColumn"] = p.Column
	}
	return object{"artifactLocation": object{"uri": relativeURI(file), "uriBaseId": "%SRCROOT%"}, "region": region}
}

// relativeURI percent-encodes a slash path by bytes (RFC 3986 2.3 and 4.2): a
// colon too, since the first segment of a relative reference must hold none.
func relativeURI(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
