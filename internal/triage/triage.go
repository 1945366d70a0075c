// Package triage says why hosts failed, by what they have in common and what they
// said, and shows the evidence: relay, agent, policy, patch, host, window, reboot
// or app; systemic or one-off (semantics.md, Execution). It is deterministic and
// pure: counts and patterns, no guesses.
package triage

import "github.com/patchops/patchops/internal/dispatch"

// Class is what kind of thing failed.
type Class string

// The classes.
const (
	Relay  Class = "relay"
	Agent  Class = "agent"
	Policy Class = "policy"
	Patch  Class = "patch"
	Host   Class = "host"
	Window Class = "window"
	Reboot Class = "reboot"
	App    Class = "app"
)

// Case is one host that ended or is unreachable, in one wave or rollout.
type Case struct {
	Asset, Site, Relay, Selector, Profile string
	Failed                                bool
	State                                 dispatch.State
	Refusal                               string
	Segment                               dispatch.Segment
	Outcome                               *dispatch.Outcome
}

// Finding is what is found of one host, or of all that share a cause.
type Finding struct {
	Class    Class
	Systemic bool
	Cause    string   // "relay lyon", "package openssl=3.0.15"; what is shared
	Assets   []string // sorted
	Of       int      // how many share the cause, failed or not
	Evidence []string // in words: counts, exit statuses, excerpts
}

// Judge says what the failures of a rollout have in common. Every failed case is in
// exactly one finding.
func Judge(cases []Case) []Finding { return nil }
