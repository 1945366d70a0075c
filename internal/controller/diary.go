package controller

import (
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/resultlog"
)

// longestDiary is about the longest message: strangers' words may be in each line, and
// git and we refuse to read endless ones.
const longestDiary = 64 << 10

// diary is the message of a commit on a log's branch: what happened, one line
// each, so that git log tells it.
func diary(records []resultlog.Record) string {
	subject := 0 // the first that is not about the log itself
	for i, r := range records {
		if r.Kind != resultlog.RootKind && r.Kind != resultlog.Start && r.Kind != resultlog.Lease && r.Kind != resultlog.Gap {
			subject = i
			break
		}
	}
	if len(records) == 1 {
		return line(records[0]) + "\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, and %d more\n\n", line(records[subject]), len(records)-1)
	for i, r := range records {
		if b.Len() > longestDiary {
			fmt.Fprintf(&b, "and %d more\n", len(records)-i)
			break
		}
		fmt.Fprintf(&b, "%s\n", line(r))
	}
	return b.String()
}

// line is a record in words.
func line(r resultlog.Record) string {
	var out strings.Builder
	out.WriteString(string(r.Kind))
	if r.Via != "" {
		out.WriteString(" " + r.Via)
	}
	if r.Change != "" {
		out.WriteString(" " + oneLine(r.Change))
	}
	if r.Plan != "" {
		out.WriteString(" " + oneLine(r.Plan))
	}
	for _, where := range []string{r.Wave, r.Asset, r.Segment, r.Gate, r.Contact, r.Outcome, r.Code} {
		if where != "" {
			out.WriteString(" " + oneLine(where))
		}
	}
	if r.Actor != nil {
		out.WriteString(" by " + oneLine(r.Actor.ID))
	}
	if r.Commit != "" && (r.Kind == resultlog.Merge || r.Kind == resultlog.Blocked || r.Kind == resultlog.Gap) {
		out.WriteString(" " + short(r.Commit))
	}
	if r.Holder != "" {
		fmt.Fprintf(&out, " fence %d held by %s", r.Fence, oneLine(r.Holder))
	}
	for _, why := range []string{r.Why, r.Reason} {
		if why != "" {
			out.WriteString(": " + oneLine(why))
		}
	}
	return out.String()
}

// oneLine keeps strangers' words on their line: no line feed, no control
// character, at most 200 characters.
func oneLine(text string) string {
	text = strings.Map(legible, text)
	if r := []rune(text); len(r) > 200 {
		return string(r[:200]) + "..."
	}
	return text
}

func short(commit string) string { return commit[:min(12, len(commit))] }
