package report

import (
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/resultlog"
)

// executionWords say what a record of a rollout adds to its kind and plan.
func executionWords(r resultlog.Record) []string {
	var out []string
	for _, w := range []string{r.Wave, r.Asset} {
		if w != "" {
			out = append(out, w)
		}
	}
	var words string
	switch r.Kind {
	case resultlog.Schedule:
		words = scheduleWords(r)
	case resultlog.Notice:
		words = fmt.Sprintf("of %s on %s to %s by %s: %s", r.Window, r.Occurrence, r.Contact, r.Channel, r.Outcome)
	case resultlog.Gate:
		words = fmt.Sprintf("%s: %s", r.Gate, r.Outcome)
	case resultlog.WaveBegun:
		words = fmt.Sprintf("with %s, %s allowed", plural(len(r.Assets), "host"), plural(int(r.Budget), "failure"))
	case resultlog.WavePaused, resultlog.WaveGoesOn:
		words = brackets(r.Code)
	case resultlog.WaveEnded, resultlog.RunEnded, resultlog.TaskKind:
		words = r.Outcome
	case resultlog.Consent:
		words = r.Contact
	case resultlog.Claim:
		words = segmentWords(r)
	case resultlog.Result:
		words = resultWords(r)
	case resultlog.Unknown:
		words = "what became of " + segmentWords(r) + " nobody can say"
	case resultlog.Deferred:
		words = r.Code
		if r.Begin != "" {
			words += " to " + r.Begin
		}
	case resultlog.Facts:
		words = factsWords(r.Facts)
	case resultlog.Breach:
		words = fmt.Sprintf("%s: it was due %s", r.Code, r.End)
	case resultlog.HostKey:
		words = r.HostKey
	}
	if words = strings.TrimSpace(words); words != "" {
		out = append(out, words)
	}
	return out
}

// brackets put a word in brackets, where there is one.
func brackets(word string) string {
	if word == "" {
		return ""
	}
	return "(" + word + ")"
}

func segmentWords(r resultlog.Record) string {
	return strings.TrimSpace(fmt.Sprintf("%s, attempt %d", r.Segment, r.Attempt))
}

func resultWords(r resultlog.Record) string {
	words := segmentWords(r) + ": " + r.Outcome
	if r.Step != "" {
		words += " at " + r.Step
	}
	if r.Exit != 0 {
		words += fmt.Sprintf(" with exit status %d", r.Exit)
	}
	if r.Class != "" {
		words += ", triage: " + r.Class
	}
	if r.MS > 0 {
		words += fmt.Sprintf(", in %d ms", r.MS)
	}
	if r.Reboot {
		words += ", a reboot is needed"
	}
	if r.Overrun {
		words += ", after its window"
	}
	return words
}

// mostMoves is how many moves or facts one line tells.
const mostMoves = 5

func scheduleWords(r resultlog.Record) string {
	if len(r.Moves) == 0 {
		return "locked"
	}
	var out []string
	for i, m := range r.Moves {
		if i == mostMoves {
			out = append(out, fmt.Sprintf("and %d more", len(r.Moves)-i))
			break
		}
		to := m.To
		if to == "" {
			to = "no place"
		}
		out = append(out, fmt.Sprintf("%s to %s (%s)", m.Asset, to, m.Code))
	}
	return "moved: " + strings.Join(out, ", ")
}

func factsWords(facts []resultlog.Fact) string {
	var out []string
	for i, f := range facts {
		if i == mostMoves {
			out = append(out, fmt.Sprintf("and %d more", len(facts)-i))
			break
		}
		out = append(out, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s", f.Name, f.Subject, f.Value, f.State)), " "))
	}
	return strings.Join(out, ", ")
}
