package controller

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/resultlog"
)

// Bounds of what a record says, so that none is longer than a line of the log can be,
// however large a change is: one that could not be recorded would stop every tick.
// What is cut is the same in the logs of all clients.
const (
	mostText     = 6 << 10 // bytes of each text, as it is written
	mostSubs     = 256     // digests of sub-effects; with more, their number stands alone
	mostListed   = 12 << 10
	mostAccepted = 200 // findings; a review that would accept more accepts none
	mostEntries  = 500 // records of one flush
	mostFlushed  = 8 << 20
)

// bounded cuts what a record says to what a line can hold.
func bounded(r resultlog.Record) resultlog.Record {
	for _, text := range []*string{&r.VerdictTree, &r.Why, &r.Reason} {
		*text = cut(*text, mostText)
	}
	if len(r.Subs) > mostSubs {
		r.Subs = nil
	}
	if r.Review != nil && len(r.Accepts) > mostAccepted {
		r.Accepts = nil
	}
	for _, list := range []*[]string{&r.Uncovered, &r.Covered} {
		size := 0
		for i, one := range *list {
			if size += written(one); size > mostListed {
				*list = append((*list)[:i:i], fmt.Sprintf("and %d more", len(*list)-i))
				break
			}
		}
	}
	return r
}

// plans are those of the record that one client's log may name: its own, and what
// belongs to none whose log has the record.
func (e entry) plans(of string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(e.record.Plan), func(plan string) bool {
		owner := client(plan)
		return owner != of && slices.Contains(e.clients, owner)
	}), " ")
}

func written(text string) int { return len(canonical.AppendString(nil, text)) }

// cut ends a long text, with the digest of all of it.
func cut(text string, most int) string {
	if len(text) <= most && written(text) <= most {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	var b strings.Builder
	size := 0
	for _, r := range text {
		if size += written(string(r)); size > most {
			break
		}
		b.WriteRune(r)
	}
	return fmt.Sprintf("%s... (cut: %d bytes, sha256:%s)", b.String(), len(text), hex.EncodeToString(sum[:]))
}

// part takes from the entries what goes into one flush, and leaves out what no line
// can hold: the rest is looked at again in the next step.
func (c *Controller) part(entries []entry) []entry {
	var out []entry
	size := 0
	for _, e := range entries {
		line, err := e.in(e.clients[0]).Line()
		if len(line) == 0 && err != nil {
			c.report.problem("not recorded: %s: %v", oneLine(string(e.record.Kind)+" "+e.record.Change+e.record.Plan), err)
			continue
		}
		if size += len(line) * len(e.clients); len(out) > 0 && !sameWord(out[len(out)-1], e) && (size > mostFlushed || len(out) >= mostEntries) {
			break
		}
		out = append(out, e)
	}
	return out
}

// sameWord reports whether two records come from one statement: they are written
// together, or the rest would pass for recorded.
func sameWord(a, b entry) bool {
	return a.record.Evidence != "" && a.record.Evidence == b.record.Evidence
}

// legible keeps strangers' words in their place: control characters, line breaks
// and what turns the direction of text become blanks.
func legible(c rune) rune {
	if unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Zl, unicode.Zp) {
		return ' '
	}
	return c
}
