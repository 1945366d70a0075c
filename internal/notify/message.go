package notify

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Message is what one contact is told about one occurrence of a window. Instants are
// RFC 3339 in UTC; Local is the occurrence in the client's zone, for people.
type Message struct {
	Type       string `json:"type"` // patchops/notice/v1
	ID         string `json:"id"`   // the same message has the same
	Repository string `json:"repository"`
	Client     string `json:"client"`
	Plan       string `json:"plan"`
	Contact    string `json:"contact"`
	Name       string `json:"name,omitempty"` // of the contact
	Email      string `json:"email,omitempty"`
	Phone      string `json:"phone,omitempty"`
	Window     string `json:"window"`
	Occurrence string `json:"occurrence"`
	Local      string `json:"local"`
	Zone       string `json:"zone"`
	Assets     int    `json:"assets"`
	Subject    string `json:"subject"`
	Text       string `json:"text"`
}

// Type is the constant of all messages.
const Type = "patchops/notice/v1"

// Write fills in what is for people, from the rest.
func (m Message) Write(occurrence time.Time, zone *time.Location) Message {
	m.Type = Type
	local := occurrence.In(zone)
	m.Occurrence, m.Zone = occurrence.UTC().Format(time.RFC3339), zone.String()
	m.Local = local.Format("Monday, 2 January 2006, 15:04 MST")
	m.Subject = fmt.Sprintf("Maintenance of %d servers of %s on %s", m.Assets, m.Client, local.Format("2006-01-02 15:04 MST"))
	if m.Assets == 1 {
		m.Subject = strings.Replace(m.Subject, "1 servers", "1 server", 1)
	}
	var b strings.Builder
	if m.Name != "" {
		fmt.Fprintf(&b, "Dear %s,\n\n", oneLine(m.Name))
	}
	fmt.Fprintf(&b, "updates will be installed on %s.\n\n", servers(m.Assets))
	fmt.Fprintf(&b, "When:    from %s (%s)\n         %s UTC\n", m.Local, m.Zone, occurrence.UTC().Format("2006-01-02 15:04"))
	fmt.Fprintf(&b, "Window:  %s\nPlan:    %s/%s\n\n", oneLine(m.Window), oneLine(m.Client), oneLine(m.Plan))
	b.WriteString("Servers may be restarted in that time. If this does not suit you, please call us before it begins.\n")
	m.Text = b.String()
	return m
}

func servers(n int) string {
	if n == 1 {
		return "1 server"
	}
	return fmt.Sprintf("%d servers", n)
}

// oneLine keeps words on their line and in their direction.
func oneLine(text string) string {
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return c
	}, text)
	if r := []rune(text); len(r) > 200 {
		return string(r[:200]) + "..."
	}
	return text
}
