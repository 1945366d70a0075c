package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/resultlog"
)

// LogLine is a record in one line: when, where, what, who, why.
func LogLine(n resultlog.Name, r resultlog.Record) string {
	words := []string{r.T, fmt.Sprintf("%s/%d", logName(n), r.Seq), string(r.Kind)}
	for _, w := range []string{r.Via, r.Change, r.Plan} {
		if w != "" {
			words = append(words, w)
		}
	}
	words = append(words, executionWords(r)...)
	if r.Actor != nil {
		words = append(words, "by "+who(r.Actor))
	}
	if r.Commit != "" {
		words = append(words, shortID(r.Commit))
	}
	if r.Holder != "" {
		words = append(words, fmt.Sprintf("fence %d held by %s", r.Fence, r.Holder))
	}
	if why := strings.Trim(r.Why+"; "+r.Reason, "; "); why != "" {
		words = append(words, "("+why+")")
	}
	return Display(strings.Join(words, " "))
}

func who(a *resultlog.Actor) string {
	if a.ID == "" {
		return fmt.Sprintf("account %d", a.Account)
	}
	return a.ID
}

func shortID(commit string) string { return commit[:min(12, len(commit))] }

// logName is a log as commands name it, CLIENT/YEAR.
func logName(n resultlog.Name) string {
	return strings.TrimPrefix(n.Branch(""), "/")
}

// LogRecord is one record, field by field, with what was signed and the verdict as
// they were written.
func LogRecord(w io.Writer, n resultlog.Name, r resultlog.Record) error {
	fmt.Fprintln(w, LogLine(n, r))
	long := []struct{ name, text string }{{"verdict", r.VerdictTree}, {"checkpoint", r.Last}}
	r.VerdictTree, r.Last = "", ""
	if r.Statement != nil {
		long = append(long, struct{ name, text string }{"statement", r.Statement.Statement + "\n" + r.Statement.Signature})
	}
	for _, s := range r.Statements {
		long = append(long, struct{ name, text string }{"statement", s.Statement + "\n" + s.Signature})
	}
	r.Statement, r.Statements = nil, nil
	line, err := canonical.Marshal(r)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s\n", Display(string(line)))
	for _, l := range long {
		if l.text != "" {
			fmt.Fprintf(w, "\n%s:\n", l.name)
			for text := range strings.Lines(l.text) {
				fmt.Fprintf(w, "  %s\n", Display(strings.TrimRight(text, "\n")))
			}
		}
	}
	return nil
}

// LogVerdict is what verifying logs says.
type LogVerdict struct {
	OK       bool      `json:"ok"`
	Records  int64     `json:"records"`
	Head     string    `json:"head"` // commit of the log with the newest record
	FirstBad *LogBad   `json:"firstBad"`
	Logs     []LogGood `json:"logs"`
	Root     *LogRoot  `json:"root"`
	Notes    []string  `json:"notes"`
	// Documents is what was computed anew from documents; nil: nothing was.
	Documents *LogDocuments `json:"documents"`
}

// LogDocuments is how many of the commits that logs name the documents were read of, to be
// compared with the records, and what was not.
type LogDocuments struct {
	Commits      int `json:"commits"`      // were read
	Left         int `json:"left"`         // were left out: they are many
	Absent       int `json:"absent"`       // are not at hand
	NotEvaluated int `json:"notEvaluated"` // could not be evaluated, which may be for want of time
	OtherZones   int `json:"otherZones"`   // installations whose windows are of other time zones
}

// Notes say it to people; zones is the release of the time zones here.
func (d *LogDocuments) Notes(zones string) []string {
	out := []string{fmt.Sprintf("the documents of %s were compared with the records", plural(d.Commits, "commit"))}
	for _, not := range []struct {
		n   int
		why string
	}{
		{d.Left, "%d more commits that the logs name were not read: --effects compares all of them with the records"},
		{d.Absent, "%d commits that the logs name are not here: what rests on them was not compared with documents"},
		{d.NotEvaluated, "documents of %d commits could not be evaluated now: what rests on them was not compared; try again"},
	} {
		if not.n > 0 {
			out = append(out, fmt.Sprintf(not.why, not.n))
		}
	}
	if d.OtherZones > 0 {
		out = append(out, fmt.Sprintf("%d installations were planned by other time zones than %s: their windows were not computed anew", d.OtherZones, zones))
	}
	return out
}

// LogBad is the first thing that does not hold.
type LogBad struct {
	Branch      string   `json:"branch"`
	Segment     string   `json:"segment"`
	Line        int      `json:"line"`
	Seq         int64    `json:"seq"`
	Commit      string   `json:"commit"`
	Why         string   `json:"why"`
	Checkpoints []string `json:"checkpoints,omitempty"`
}

// LogGood is a log that holds.
type LogGood struct {
	Log     string `json:"log"`
	Branch  string `json:"branch"`
	Commit  string `json:"commit"`
	Records int64  `json:"records"`
	Blobs   int    `json:"blobs"`
	Root    string `json:"root"`
	Newest  string `json:"newest"`
}

// LogRoot is the root of trust that was believed, and where it came from.
type LogRoot struct {
	Version int64  `json:"version"`
	Digest  string `json:"digest"`
	From    string `json:"from"`
}

// Text writes the verdict for people.
func (v LogVerdict) Text(w io.Writer) {
	for _, l := range v.Logs {
		fmt.Fprintf(w, "%s: %s to %s, tree %s, commit %s\n", l.Log, plural(int(l.Records), "record"), l.Newest, l.Root, shortID(l.Commit))
	}
	for _, n := range v.Notes {
		fmt.Fprintf(w, "note: %s\n", Display(n))
	}
	if v.FirstBad != nil {
		v.FirstBad.text(w)
		return
	}
	if len(v.Logs) == 0 {
		fmt.Fprint(w, "the proof holds")
	} else {
		fmt.Fprintf(w, "%s in %s hold", plural(int(v.Records), "record"), plural(len(v.Logs), "log"))
	}
	if v.Root != nil {
		fmt.Fprintf(w, ", by root %d, %s (%s)", v.Root.Version, v.Root.Digest, v.Root.From)
	}
	fmt.Fprintln(w)
}

func (b LogBad) text(w io.Writer) {
	where := []string{}
	for _, p := range []string{b.Branch, b.Segment} {
		if p != "" {
			where = append(where, p)
		}
	}
	text := strings.Join(where, ": ")
	if b.Line > 0 {
		text += fmt.Sprintf(":%d: record %d", b.Line, b.Seq)
	}
	fmt.Fprintf(w, "%s: %s\n", Display(text), Display(b.Why))
	if b.Commit != "" {
		fmt.Fprintf(w, "  in commit %s\n", b.Commit)
	}
	for i, c := range b.Checkpoints {
		if len(b.Checkpoints) == 2 {
			fmt.Fprintf(w, "checkpoint %d of 2 that contradict each other, both signed:\n", i+1)
		} else {
			fmt.Fprintln(w, "its last signed checkpoint:")
		}
		for line := range strings.Lines(c) {
			fmt.Fprintf(w, "  %s\n", Display(strings.TrimRight(line, "\n")))
		}
	}
	fmt.Fprintln(w, "the log does not hold: stop, and find out who changed it")
}
