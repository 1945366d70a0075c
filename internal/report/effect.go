package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/effect"
)

// How much of an effect is shown to people; JSON shows all.
const (
	effectDocuments = 40 // documents, and files
	effectFields    = 6  // values of one document
	effectGroups    = 30 // groups of hosts
	effectHosts     = 8  // hosts of a group, by name
	effectClients   = 6  // clients of a group, by name
)

// entry is one thing that differs: a line and what belongs to it.
type entry struct {
	mark   string // "+", "-" or "~"
	head   string
	detail []string
}

// section is things of one sort.
type section struct {
	title   string
	entries []entry
	more    string // what is not shown, "" where all is
}

// EffectText is an effect for people, without colour, each line ended.
func EffectText(e *effect.Effect) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", effectTitle(e))
	for _, s := range effectSections(e) {
		writeSection(&b, s)
	}
	return b.String()
}

func writeSection(b *strings.Builder, s section) {
	fmt.Fprintf(b, "  %s\n", s.title)
	for _, e := range s.entries {
		fmt.Fprintf(b, "    %s %s\n", e.mark, e.head)
		for _, d := range e.detail {
			fmt.Fprintf(b, "        %s\n", d)
		}
	}
	if s.more != "" {
		fmt.Fprintf(b, "    %s\n", s.more)
	}
}

// EffectMarkdown is an effect for a comment on a pull request.
func EffectMarkdown(e *effect.Effect) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", markdown(effectTitle(e)))
	for _, s := range effectSections(e) {
		markdownSection(&b, s)
	}
	return b.String()
}

func markdownSection(b *strings.Builder, s section) {
	fmt.Fprintf(b, "\n**%s**\n\n", markdown(s.title))
	for _, e := range s.entries {
		fmt.Fprintf(b, "- %s %s\n", map[string]string{"+": "added", "-": "removed", "~": "changed"}[e.mark], markdown(e.head))
		for _, d := range e.detail {
			fmt.Fprintf(b, "  - %s\n", markdown(d))
		}
	}
	if s.more != "" {
		fmt.Fprintf(b, "- %s\n", markdown(s.more))
	}
}

// EffectJSON is an effect as a value to be written as JSON: the digest that
// approvals are bound to, counts, and all that differs in the shape #Effect of
// the schemas.
type EffectJSON struct {
	EffectSummary
	Effect json.RawMessage `json:"effect"`
}

// EffectSummary is an effect in numbers, and its widest differences in words.
type EffectSummary struct {
	Version   string      `json:"version"`
	Digest    string      `json:"digest"`
	Files     int         `json:"files"`
	Documents int         `json:"documents"`
	Grants    GrantCounts `json:"grants"`
	// Clients are those whose sub-effects are not empty, with their digests; what
	// belongs to no client is "_org".
	Clients []ClientEffect `json:"clients"`
	Changes []string       `json:"changes"` // lines for people, not all of them
}

// GrantCounts are how many hosts of plans come, go and change. Wider are those
// of the changed that may be touched in more ways than before.
type GrantCounts struct {
	Added   int `json:"added"`
	Removed int `json:"removed"`
	Changed int `json:"changed"`
	Wider   int `json:"wider"`
}

// ClientEffect is one sub-effect.
type ClientEffect struct {
	Client string `json:"client"`
	Digest string `json:"digest"`
}

// SummaryOfEffect counts an effect.
func SummaryOfEffect(e *effect.Effect) EffectSummary {
	s := EffectSummary{
		Version: effect.Version, Digest: e.Digest().String(), Files: len(e.Files), Documents: len(e.Documents),
		Grants: countGrants(e), Clients: []ClientEffect{}, Changes: []string{},
	}
	for _, sub := range e.SubEffects() {
		s.Clients = append(s.Clients, ClientEffect{sub.Client, sub.Digest().String()})
	}
	for _, section := range effectSections(e) {
		for _, entry := range section.entries {
			s.Changes = append(s.Changes, legible(strings.Join(append([]string{entry.mark + " " + entry.head}, entry.detail...), "; ")))
		}
	}
	return s
}

// ValueOfEffect is an effect as a value to be written as JSON.
func ValueOfEffect(e *effect.Effect) EffectJSON {
	return EffectJSON{SummaryOfEffect(e), e.JSON()}
}

func countGrants(e *effect.Effect) GrantCounts {
	var c GrantCounts
	for i := range e.Grants {
		switch g := &e.Grants[i]; {
		case g.Before == nil:
			c.Added++
		case g.After == nil:
			c.Removed++
		default:
			c.Changed++
			if slices.ContainsFunc(g.Aspects(), effect.Aspect.Wider) {
				c.Wider++
			}
		}
	}
	return c
}

func effectTitle(e *effect.Effect) string {
	if e.Empty() {
		return "the effect is empty: nothing that counts differs"
	}
	c := countGrants(e)
	return fmt.Sprintf("effect %s: %s, %s; hosts: %d added, %d removed, %d changed",
		e.Digest(), plural(len(e.Documents), "document"), plural(len(e.Files), "other file"), c.Added, c.Removed, c.Changed)
}

func effectSections(e *effect.Effect) []section {
	var out []section
	for _, s := range []section{documentSection(e), fileSection(e), hostSection(e)} {
		if len(s.entries) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func mark(before, after bool) string {
	switch {
	case !before:
		return "+"
	case !after:
		return "-"
	}
	return "~"
}

func documentSection(e *effect.Effect) section {
	s := section{title: "documents"}
	for i := range e.Documents {
		if i == effectDocuments {
			s.more = "and " + plural(len(e.Documents)-i, "more document")
			break
		}
		d := &e.Documents[i]
		was, is := d.Before != effect.DocumentState{}, d.After != effect.DocumentState{}
		entry := entry{mark: mark(was, is), head: Display(d.String())}
		switch {
		case was && is && d.Before.Path != d.After.Path:
			entry.head += fmt.Sprintf(" moved from %s to %s", Display(d.Before.Path), Display(d.After.Path))
		case is:
			entry.head += " in " + Display(d.After.Path)
		default:
			entry.head += " in " + Display(d.Before.Path)
		}
		entry.detail = fieldLines(d.Fields)
		s.entries = append(s.entries, entry)
	}
	return s
}

func fileSection(e *effect.Effect) section {
	s := section{title: "other files"}
	for i := range e.Files {
		if i == effectDocuments {
			s.more = "and " + plural(len(e.Files)-i, "more file")
			break
		}
		f := &e.Files[i]
		entry := entry{mark: mark(f.Before != effect.FileState{}, f.After != effect.FileState{}), head: Display(f.Path)}
		if entry.mark == "~" && f.Before.Mode != f.After.Mode {
			entry.detail = append(entry.detail, fmt.Sprintf("mode: %s -> %s", f.Before.Mode, f.After.Mode))
		}
		entry.detail = append(entry.detail, fieldLines(f.Fields)...)
		s.entries = append(s.entries, entry)
	}
	return s
}

func fieldLines(fields []effect.FieldChange) []string {
	var out []string
	for i, f := range fields {
		if i == effectFields {
			return append(out, "and "+plural(len(fields)-i, "more value"))
		}
		before, after := shorten(Display(f.Before), 80), shorten(Display(f.After), 80)
		path := shorten(Display(f.Path), 120)
		switch {
		case f.Before == "":
			out = append(out, fmt.Sprintf("%s: added %s", path, after))
		case f.After == "":
			out = append(out, fmt.Sprintf("%s: removed, was %s", path, before))
		default:
			out = append(out, fmt.Sprintf("%s: %s -> %s", path, before, after))
		}
	}
	return out
}
