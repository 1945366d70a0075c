package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/patchops/patchops/internal/rollout"
)

// Notice is somebody who is told of a rollout.
type Notice struct {
	Plan   string // "CLIENT/PLAN"
	Client string
	rollout.Notice
	Given int64 // when; 0 not yet
}

// Compare orders notices by when to give them.
func (n Notice) Compare(m Notice) int {
	return cmp.Or(cmp.Compare(n.SendBy, m.SendBy), cmp.Compare(n.Plan, m.Plan), cmp.Compare(n.Occurrence, m.Occurrence),
		cmp.Compare(n.Window, m.Window), cmp.Compare(n.Contact, m.Contact))
}

type jsonNoticeDue struct {
	Plan       string   `json:"plan"`
	Contact    string   `json:"contact"`
	Channels   []string `json:"channels"`
	Phone      *string  `json:"phone"`
	Window     string   `json:"window"`
	Occurrence string   `json:"occurrence"`
	Local      string   `json:"occurrenceLocal"`
	Assets     int      `json:"assets"`
	SendBy     string   `json:"sendBy"`
	Late       bool     `json:"late"`
	Given      *string  `json:"given"`
}

// WriteNotices lists notices for those who make the calls.
func WriteNotices(w io.Writer, format string, all []Notice, zones Zones, now int64) error {
	if format == "json" {
		return encode(w, map[string]any{"asOf": utc(now), "notices": each(all, func(n Notice) jsonNoticeDue {
			return jsonNoticeDue{
				legible(n.Plan), legible(n.Contact), append([]string{}, n.Channels...), optional(n.Phone), legible(n.Window), utc(n.Occurrence),
				local(n.Occurrence, zones.of(n.Client)), n.Assets, utc(n.SendBy), n.Given == 0 && n.SendBy < now, optionalInstant(n.Given),
			}
		})})
	}
	var b bytes.Buffer
	if len(all) == 0 {
		fmt.Fprintln(&b, "nobody is to be told of anything now")
	}
	for _, n := range all {
		zone := zones.of(n.Client)
		fmt.Fprintf(&b, "%s: %s", Display(n.Plan), Display(n.Contact))
		if n.Phone != "" {
			fmt.Fprintf(&b, ", %s", Display(n.Phone))
		}
		if len(n.Channels) > 0 {
			fmt.Fprintf(&b, " (%s)", Display(strings.Join(n.Channels, ", ")))
		}
		switch {
		case n.Given > 0:
			fmt.Fprintf(&b, ": told %s\n", stamp(n.Given, zone))
		case n.SendBy < now:
			fmt.Fprintf(&b, ": LATE, it was due %s\n", stamp(n.SendBy, zone))
		default:
			fmt.Fprintf(&b, ": by %s\n", stamp(n.SendBy, zone))
		}
		fmt.Fprintf(&b, "  of window %s on %s, %s\n", Display(n.Window), stamp(n.Occurrence, zone), plural(n.Assets, "host"))
	}
	_, err := w.Write(b.Bytes())
	return err
}
