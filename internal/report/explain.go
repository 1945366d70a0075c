package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

// Explanation is what `patchops explain` has to say of an asset, a plan or a window:
// sections of sentences, each with the document behind it.
type Explanation struct {
	Kind, Name string // "asset", "acme/db-02"
	AsOf       int64
	Place      finding.Position // where it is declared
	Summary    string           // one line
	Sections   []ExplainSection
	Documents  []ExplainDocument // the chain, from what was asked to what it depends on
}

// ExplainSection is sentences about one thing.
type ExplainSection struct {
	Title string
	Items []ExplainItem
}

// ExplainItem is one sentence.
type ExplainItem struct {
	Text     string
	Code     rollout.Code // "" where it is no reason
	Document string       // behind it, "Freeze/_/q1"; "" for none
	Hint     string       // the smallest change that would alter it
	Depth    int          // items below another
}

// ExplainDocument is a document of the chain and where it stands.
type ExplainDocument struct {
	ID    string
	Place finding.Position
}

// ExplainFormats lists the names that WriteExplanation knows, text first.
func ExplainFormats() []string { return []string{"text", "json"} }

// WriteExplanation prints an explanation in a format.
func WriteExplanation(out io.Writer, format string, e Explanation, o Options) error {
	switch format {
	case "text":
		return e.writeText(out, view{color: o.Color}.paint)
	case "json":
		return e.writeJSON(out)
	}
	return fmt.Errorf("format %q: want one of %v", format, ExplainFormats())
}

func (e Explanation) writeText(out io.Writer, paint func(sgr, s string) string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s  %s\n", e.Kind, paint(bold, Display(e.Name)), place(e.Place))
	fmt.Fprintln(&b, Display(e.Summary))
	for _, s := range e.Sections {
		fmt.Fprintf(&b, "\n%s\n", paint(bold, Display(s.Title)))
		for _, i := range s.Items {
			indent := strings.Repeat("  ", i.Depth+1)
			text := Display(i.Text)
			if i.Code != "" {
				text += " (" + string(i.Code) + ")"
			}
			fmt.Fprintln(&b, indent+text)
			if i.Hint != "" {
				fmt.Fprintf(&b, "%s  hint: %s\n", indent, Display(i.Hint))
			}
		}
	}
	if len(e.Documents) > 0 {
		fmt.Fprintf(&b, "\n%s\n", paint(bold, "documents"))
		for _, d := range e.Documents {
			fmt.Fprintf(&b, "  %s  %s\n", Display(d.ID), place(d.Place))
		}
	}
	_, err := out.Write(b.Bytes())
	return err
}

type jsonExplanation struct {
	Kind      string                `json:"kind"`
	Name      string                `json:"name"`
	AsOf      string                `json:"asOf"`
	File      string                `json:"file"`
	Line      int                   `json:"line"`
	Column    int                   `json:"column"`
	Summary   string                `json:"summary"`
	Sections  []jsonExplainSection  `json:"sections"`
	Documents []jsonExplainDocument `json:"documents"`
}

type jsonExplainSection struct {
	Title string            `json:"title"`
	Items []jsonExplainItem `json:"items"`
}

type jsonExplainItem struct {
	Text     string  `json:"text"`
	Code     *string `json:"code"`
	Document *string `json:"document"`
	Hint     *string `json:"hint"`
	Depth    int     `json:"depth"`
}

type jsonExplainDocument struct {
	ID     string `json:"id"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

func (e Explanation) writeJSON(out io.Writer) error {
	j := jsonExplanation{
		Kind: e.Kind, Name: legible(e.Name), AsOf: utc(e.AsOf), File: legible(e.Place.File), Line: e.Place.Line, Column: e.Place.Column,
		Summary: legible(e.Summary), Sections: []jsonExplainSection{}, Documents: []jsonExplainDocument{},
	}
	for _, s := range e.Sections {
		section := jsonExplainSection{legible(s.Title), []jsonExplainItem{}}
		for _, i := range s.Items {
			section.Items = append(section.Items, jsonExplainItem{legible(i.Text), optional(string(i.Code)), optional(i.Document), optional(i.Hint), i.Depth})
		}
		j.Sections = append(j.Sections, section)
	}
	for _, d := range e.Documents {
		j.Documents = append(j.Documents, jsonExplainDocument{legible(d.ID), legible(d.Place.File), d.Place.Line, d.Place.Column})
	}
	return encode(out, j)
}
