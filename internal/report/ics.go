package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// event is one VEVENT: resolved, in UTC, never a rule, so that no calendar program
// needs to know our zones or our answers to gaps.
type event struct {
	uid                  string
	start, end           int64
	summary, description string
	categories           string
	transparent          bool
}

// calendar is an iCalendar file (RFC 5545). Its instant is that of judgement, so
// that the same question has the same bytes.
type calendar struct {
	b    bytes.Buffer
	asOf int64
}

func newCalendar(asOf int64, name string) *calendar {
	c := &calendar{asOf: asOf}
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//patchops//patchops//EN")
	c.line("CALSCALE", "GREGORIAN")
	c.line("METHOD", "PUBLISH")
	c.text("X-WR-CALNAME", name)
	return c
}

func (c *calendar) add(e event) {
	c.line("BEGIN", "VEVENT")
	c.line("UID", e.uid)
	c.line("DTSTAMP", basic(c.asOf))
	c.line("DTSTART", basic(e.start))
	c.line("DTEND", basic(e.end))
	c.text("SUMMARY", e.summary)
	if e.description != "" {
		c.text("DESCRIPTION", e.description)
	}
	c.text("CATEGORIES", e.categories)
	if e.transparent {
		c.line("TRANSP", "TRANSPARENT")
	}
	c.line("END", "VEVENT")
}

func (c *calendar) writeTo(w io.Writer) error {
	c.line("END", "VCALENDAR")
	_, err := w.Write(c.b.Bytes())
	return err
}

func (c *calendar) text(name, value string) { c.line(name, escapeICS(value)) }

// line writes a content line, folded so that none is longer than 75 octets and no
// character is cut (RFC 5545 3.1).
func (c *calendar) line(name, value string) {
	rest, room := name+":"+value, 75
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		c.b.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], 74
	}
	c.b.WriteString(rest + "\r\n")
}

// basic is an instant in the basic format, in UTC.
func basic(t int64) string { return time.Unix(t, 0).UTC().Format("20060102T150405Z") }

// escapeICS makes a stranger's text a TEXT value (RFC 5545 3.3.11). Line feeds are
// ours; what else is invisible is shown as Display does.
func escapeICS(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = icsText.Replace(Display(l))
	}
	return strings.Join(lines, `\n`)
}

var icsText = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`)

// uid is the same for the same thing in every calendar that we write.
func uid(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16]) + "@patchops.dev"
}

func writeWindowsICS(out io.Writer, w Windows) error {
	name := "Maintenance windows"
	if w.Asset != "" {
		name += " of " + w.Asset
	}
	c := newCalendar(w.AsOf, name)
	for _, o := range w.Occurrences {
		nominal, says := "", ""
		if o.Nominal != nil {
			nominal = seconds(*o.Nominal)
		} else {
			nominal = utc(o.Start)
		}
		if notes := noteNames(o.Notes); len(notes) > 0 {
			says = "\n" + strings.Join(notes, " ")
		}
		c.add(event{
			uid: uid("window", o.Client, o.Type, o.ID, nominal), start: o.Start, end: o.End,
			summary:     windowSummary(o),
			description: o.ID + "\n" + localSpan(o.Start, o.End, zoneOr(o.Zone)) + says,
			categories:  o.Type, transparent: o.Type == "allow",
		})
	}
	for _, o := range w.Openings {
		c.add(openingEvent(w.Asset, o))
	}
	return c.writeTo(out)
}

func windowSummary(o WindowOccurrence) string {
	if o.Type == "allow" {
		return o.Client + ": " + o.Window
	}
	return o.Client + ": no work (" + o.Type + " " + o.Window + ")"
}

func openingEvent(asset string, o Opening) event {
	return event{
		uid: uid("opening", asset, utc(o.Start)), start: o.Start, end: o.End,
		summary: asset + " is open", description: strings.Join(o.Windows, " ") + "\n" + localSpan(o.Start, o.End, zoneOr(o.Zone)),
		categories: "opening", transparent: true,
	}
}
