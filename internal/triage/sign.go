package triage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
)

// sign is what one failure shows.
type sign struct {
	class   Class
	subject string // a package
	why     string // in words
}

// signOf reads one failure: first whether the host could be reached, then which step
// failed, then what it said. What a host says decides nothing but which words are shown
// and which retry may be tried.
func signOf(c *Case) sign {
	switch {
	case c.State == dispatch.Unreachable || c.State == dispatch.Running || c.State == dispatch.Absent:
		return sign{class: Agent, why: "the host does not answer"}
	case c.State == dispatch.Refused || c.Refusal != "":
		return refused(c.Refusal)
	case c.State == dispatch.Interrupted:
		return sign{class: Host, why: "it was interrupted, and nothing runs there"}
	case c.Outcome == nil:
		return sign{class: Agent, why: "nothing is known of its outcome"}
	case c.Outcome.Result == dispatch.Stopped:
		return sign{class: Window, why: "it was stopped before it installed anything"}
	}
	return failed(c)
}

// refused is the class of a dispatch that the host, or the way to it, refused.
func refused(refusal string) sign {
	why := "refused: " + refusal
	switch refusal {
	case dispatch.Credential, dispatch.HostKey, dispatch.LowerFence:
		return sign{class: Agent, why: why}
	case dispatch.NoLocal, dispatch.Malformed:
		return sign{class: Policy, why: why}
	case dispatch.TooLate:
		return sign{class: Window, why: why}
	}
	return sign{class: Host, why: why}
}

// said are what hosts say when something is wrong with themselves or with where they
// load from. Matching is by part, without regard to case.
var said = []struct {
	class Class
	why   string
	parts []string
}{
	{Host, "no space is left", []string{"no space left", "enough free space", "more space needed on", "kib are needed", "disk quota exceeded", "disk full"}},
	{Host, "its package database is locked or broken", []string{"could not get lock", "is another process using it", "dpkg was interrupted", "rpmdb", "database is locked", "read-only file system"}},
	{Host, "a package is on hold there", []string{"held packages were changed", "filtered out by exclude filtering"}},
	{Host, "a newer version is there already", []string{"packages were downgraded", "already, newer than"}},
	{Patch, "it would remove other packages", []string{"remove is disabled"}},
	{Relay, "packages cannot be loaded", []string{
		"could not resolve", "temporary failure resolving", "connection refused", "connection timed out", "no route to host", "network is unreachable",
		"failed to fetch", "hash sum mismatch", "cannot download", "failed to download", "proxy", "404  not found", "404 not found", "curl error",
	}},
	{Patch, "the version is not to be had", []string{"unable to locate package", "no match for argument", "was not found", "unmet dependencies", "conflicting requests", "held broken packages"}},
}

// failed is the class of a segment that failed, by its step and what it said.
func failed(c *Case) sign {
	o := c.Outcome
	text := strings.ToLower(o.Why + "\n" + o.Output.Text)
	for _, s := range said {
		if !mayBe(s.class, o.Step) {
			continue
		}
		if slices.ContainsFunc(s.parts, func(part string) bool { return strings.Contains(text, part) }) {
			return sign{class: s.class, subject: subjectOf(s.class, o), why: s.why}
		}
	}
	switch o.Step {
	case dispatch.Stage:
		return sign{class: Relay, why: "packages cannot be loaded"}
	case dispatch.Installs:
		return sign{class: Patch, subject: subjectOf(Patch, o), why: "the package does not install"}
	case dispatch.Reboots:
		return sign{class: Reboot, why: "it did not come back in order"}
	case dispatch.Postcheck:
		if broken := subjectOf(Patch, o); broken != "" {
			return sign{class: Patch, subject: broken, why: "the package is not in order"}
		}
		return sign{class: App, why: "what runs on it is not in order"}
	case dispatch.Drain, dispatch.Restore:
		return sign{class: App, why: "it does not leave or enter service"}
	}
	return sign{class: Host, why: "it is not fit to be patched"}
}

// mayBe says whether a class can be behind a step: what is loaded is before what is
// installed, and after that hosts quote the names of packages and much else.
func mayBe(c Class, step string) bool {
	switch c {
	case Relay, Patch:
		return step == dispatch.Precheck || step == dispatch.Stage || step == dispatch.Installs
	}
	return step != dispatch.Drain && step != dispatch.Restore
}

// subjectOf is the package that is not in order, where the host says which.
func subjectOf(c Class, o *dispatch.Outcome) string {
	if c != Patch {
		return ""
	}
	var broken []string
	for _, f := range o.Facts {
		if f.Name == "package" && !dispatch.InOrder(f.State) {
			broken = append(broken, clean(f.Subject, 128))
		}
	}
	if len(broken) == 0 {
		return ""
	}
	return slices.Min(broken)
}

// cause is what is shared by all who fail of it, wherever they are.
func (c signed) cause() string {
	switch c.class {
	case Patch:
		if c.subject != "" {
			return "package " + c.subject
		}
		return "packages"
	case Agent:
		return "agents"
	case Relay:
		return "downloads"
	}
	return string(c.class)
}

// way is how it failed, for comparison and for people.
func (c signed) way() string {
	if c.Outcome == nil || c.State != dispatch.Finished && c.State != "" {
		return c.why
	}
	switch {
	case c.Outcome.Exit < 0:
		return fmt.Sprintf("step %s ran out of time: %s", step(c.Outcome), c.why)
	case c.Outcome.Result == dispatch.Stopped:
		return c.why
	}
	return fmt.Sprintf("step %s exit %d: %s", step(c.Outcome), c.Outcome.Exit, c.why)
}

func step(o *dispatch.Outcome) string {
	if o.Step == "" {
		return "none"
	}
	return o.Step
}

// evidence is how it failed, and what it said.
func (c signed) evidence() []string {
	out := []string{c.way()}
	if c.subject != "" {
		out[0] += " (" + c.subject + ")"
	}
	if c.Outcome == nil {
		return out
	}
	for _, f := range c.Outcome.Facts {
		if f.Name == "package" && !dispatch.InOrder(f.State) && len(out) < 4 {
			out = append(out, fmt.Sprintf("package %s %s is in state %s", clean(f.Subject, 64), clean(f.Value, 64), clean(f.State, 8)))
		}
	}
	if said := c.excerpt(); said != "" {
		out = append(out, fmt.Sprintf("it says %q", said))
	}
	return out
}

// excerptBytes is how much of what a host said is evidence.
const excerptBytes = 160

// excerpt is the last line that says anything.
func (c signed) excerpt() string {
	if c.Outcome == nil {
		return ""
	}
	if c.Outcome.Why != "" {
		return clean(c.Outcome.Why, excerptBytes)
	}
	lines := strings.Split(c.Outcome.Output.Text, "\n")
	for _, line := range slices.Backward(lines) {
		if line = strings.TrimSpace(line); line != "" {
			return clean(line, excerptBytes)
		}
	}
	return ""
}

// clean bounds what a host said; nothing of it is interpreted.
func clean(text string, most int) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= most {
		return text
	}
	for most > 0 && text[most]&0xC0 == 0x80 {
		most--
	}
	return text[:most] + "…"
}
