package report

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// OpenAt answers `patchops windows --open-at`. Instants are seconds since
// 1970-01-01T00:00:00Z.
type OpenAt struct {
	What     string // an asset or a client, as asked
	At       int64
	Zone     *time.Location
	By       []OpenBy     // what is open or forbids work at At, by start, kind and name
	Code     rollout.Code // why it is closed; "" while it is open
	NextOpen int64        // the next opening, while it is closed; 0: none in 400 days
	ClosesAt int64        // while it is open
}

// OpenBy is a window or a freeze with its span around an instant.
type OpenBy struct {
	Kind, Name string
	window.Span
}

type jsonOpenAt struct {
	At       string       `json:"at"`
	Open     bool         `json:"open"`
	By       []jsonOpenBy `json:"by"`
	Code     *string      `json:"code"`
	NextOpen *string      `json:"nextOpen"`
	ClosesAt *string      `json:"closesAt"`
}

type jsonOpenBy struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Start string `json:"start"`
	End   string `json:"end"`
}

// WriteOpenAt prints the answer as text or JSON.
func WriteOpenAt(out io.Writer, format string, o OpenAt) error {
	switch format {
	case "json":
		j := jsonOpenAt{At: utc(o.At), Open: o.Code == "", By: []jsonOpenBy{}, Code: optional(string(o.Code)), NextOpen: instant(o.NextOpen), ClosesAt: instant(o.ClosesAt)}
		for _, b := range o.By {
			j.By = append(j.By, jsonOpenBy{b.Kind, legible(b.Name), utc(b.Start), utc(b.End)})
		}
		return encode(out, j)
	case "text":
		return o.writeText(out)
	}
	return fmt.Errorf("format %q: want text or json", format)
}

func (o OpenAt) writeText(out io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: %s is ", stamp(o.At, o.Zone), Display(o.What))
	if o.Code == "" {
		fmt.Fprintf(&b, "open, closes %s\n", stamp(o.ClosesAt, o.Zone))
	} else {
		fmt.Fprintf(&b, "closed (%s), ", o.Code)
		if o.NextOpen == 0 {
			fmt.Fprintln(&b, "and does not open within 400 days")
		} else {
			fmt.Fprintf(&b, "opens %s\n", stamp(o.NextOpen, o.Zone))
		}
	}
	for _, x := range o.By {
		fmt.Fprintf(&b, "  %s %s: %s\n", x.Kind, Display(x.Name), span(x.Start, x.End, o.Zone))
	}
	_, err := out.Write(b.Bytes())
	return err
}
