package report

import (
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/rollout"
)

// Reason is what a reason code means to people. There is one table of them, used
// by every format, by `explain` and by docs/reference/reason-codes.md.
type Reason struct {
	Code  rollout.Code
	Group string // when it is said: excluded, blocked, tried or run
	// Says is the sentence; {by} stands for the document, asset or wave behind it.
	Says string
	// Lift is what people can do about it, an imperative; "" when nothing is wrong.
	Lift string
	// Example is a case of it.
	Example string
}

// The groups of reasons, in the order of the reference page.
const (
	groupExcluded = "excluded"
	groupBlocked  = "blocked"
	groupTried    = "tried"
	groupRun      = "run"
)

// Reasons are all codes: of targets without work, of sessions that are not planned,
// of occurrences that did not do (in the order in which they are asked), and of runs.
func Reasons() []Reason {
	return append(append(excludedReasons(), blockedReasons()...), append(triedReasons(), runReasons()...)...)
}

// ReasonFor is the reason of a code; one of an unknown code says the code.
func ReasonFor(code rollout.Code) Reason {
	for _, r := range Reasons() {
		if r.Code == code {
			return r
		}
	}
	return Reason{Code: code, Group: groupBlocked, Says: string(code)}
}

// Sentence is a code in words, with what is behind it, safe to show.
func Sentence(code rollout.Code, by string) string {
	switch {
	case code == rollout.WaveGate && by == rollout.NoWave:
		return "no wave of the plan takes it"
	case by == "":
		by = "something"
	}
	return strings.ReplaceAll(ReasonFor(code).Says, "{by}", Display(by))
}

// Lift is what people can do about a code, safe to show; "" when nothing is wrong.
func Lift(code rollout.Code, by string) string {
	switch {
	case code == rollout.WaveGate && by == rollout.NoWave:
		return "end the plan with a wave of percent 100"
	case by == "":
		by = "it"
	}
	return strings.ReplaceAll(ReasonFor(code).Lift, "{by}", Display(by))
}

// whyUnplaced is the sentence of a session without a place.
func whyUnplaced(u rollout.Unplaced) string {
	if u.Code == rollout.WindowTooShort && u.Needs > 0 {
		return fmt.Sprintf("needs %s, the longest stretch of %s has %s", length(u.Needs), Display(u.By), length(u.Has))
	}
	return Sentence(u.Code, u.By)
}

// excludedWords is a reason to have no work in two or three words, for counts.
func excludedWords(code rollout.Code) string {
	switch code {
	case rollout.NotSelected:
		return "not selected"
	case rollout.NotApplicable:
		return "not applicable"
	case rollout.AlreadyCompliant:
		return "up to date already"
	case rollout.Superseded:
		return "superseded"
	case rollout.Withdrawn:
		return "withdrawn"
	case rollout.Exception:
		return "with an accepted risk"
	}
	return "others"
}

func excludedReasons() []Reason {
	return []Reason{
		{
			"NOT_SELECTED", groupExcluded, "{by} does not select it", "",
			"a workstation, where the plan's selector names servers",
		},
		{
			"NOT_APPLICABLE", groupExcluded, "{by} does not apply to it", "",
			"a patch for Debian 12, on a host with Debian 11",
		},
		{
			"ALREADY_COMPLIANT", groupExcluded, "{by} is installed already", "",
			"`openssl` 3.0.15 is wanted, the host reported 3.0.16",
		},
		{
			"SUPERSEDED", groupExcluded, "{by} supersedes it", "",
			"the host has KB-B, which supersedes KB-A of the plan",
		},
		{
			"WITHDRAWN", groupExcluded, "{by} was withdrawn by its vendor", "plan a patch that replaces it",
			"`withdrawnAt` of the patch has passed",
		},
		{
			"EXCEPTION", groupExcluded, "{by} accepts the risk of not patching it", "let the acceptance expire, or end it",
			"a live RiskAcceptance names the asset and the patch",
		},
	}
}

func blockedReasons() []Reason {
	return []Reason{
		{
			"CLIENT_NOT_ACTIVE", groupBlocked, "{by} is not active", "set the client's status to active",
			"a client whose status is suspended",
		},
		{
			"EMERGENCY_NOT_AGREED", groupBlocked, "{by} agrees to no emergencies", "agree to emergencies, or plan it as normal change",
			"changeType emergency, where `emergency.allowed` is false",
		},
		{
			"NOT_APPROVED", groupBlocked, "{by} is not approved", "approve it",
			"a host that was added after its change was approved",
		},
		{
			"VENDOR_REVIEW", groupBlocked, "{by} has no passed vendor review", "record the vendor's review",
			"the patch of a medical device before its maker released it",
		},
		{
			"TEST_EVIDENCE", groupBlocked, "{by} has no passed test", "record the evidence of a passed test",
			"the second wave starts, and the evidence that its gate asks for is not there",
		},
		{
			"ACK_MISSING", groupBlocked, "{by} lacks an acknowledgement of the client", "have the client acknowledge it",
			"an agreement without `errors-possible`",
		},
		{
			"CONTACT_INVALID", groupBlocked, "{by} cannot be told", "name a contact who is valid then",
			"the only contact's `validUntil` lies before the window",
		},
		{
			"SNAPSHOT_IMPOSSIBLE", groupBlocked, "no snapshot can be taken of it, which {by} requires", "let the plan do without snapshots, or move the asset to where they work",
			"`snapshot.mode: required` for an asset with `snapshot: false`",
		},
		{
			"MANUAL_ONLY", groupBlocked, "{by} lets it be patched by hand only", "plan it with `mode: manual`",
			"an automated plan for what `manualOnly` selects",
		},
		{
			"EOL_NO_PATCH", groupBlocked, "{by} is out of support, there is no patch", "replace it, or accept the risk",
			"a host past its `eol`, without extended support",
		},
		{
			"HELD", groupBlocked, "{by} is held", "lift the hold",
			"`patchops hold acme/openssl`",
		},
		{
			"DEP_UNPLACED", groupBlocked, "it goes after {by}, which has no place", "mend what keeps {by} from a place",
			"the application server of a database without a window",
		},
		{
			"DEP_CYCLE", groupBlocked, "it goes after {by}, which goes after it", "cut the cycle of dependsOn",
			"a dependsOn b, b dependsOn a",
		},
		{
			"NO_WINDOW", groupBlocked, "no window is open to it", "name a window in the agreement, and let it select the asset",
			"an asset that no window of the agreement selects",
		},
		{
			"HORIZON", groupBlocked, "its next window lies beyond the horizon", "plan further ahead: `horizon` in patchops.yaml",
			"a quarterly window, with a horizon of 35 days",
		},
	}
}

func triedReasons() []Reason {
	return []Reason{
		{
			"WINDOW_TOO_SHORT", groupTried, "{by} closes before the work would end", "lengthen the window",
			"75 minutes of work, in a window of 60",
		},
		{
			"AGREEMENT_NOT_IN_FORCE", groupTried, "no agreement is in force ({by})", "renew the agreement",
			"a window after `expires` of the agreement",
		},
		{
			"VENDOR_SUPPORT", groupTried, "{by} does not answer then", "agree longer support with the vendor, or another window",
			"a window at night, support from 08:00 to 18:00",
		},
		{
			"FREEZE", groupTried, "{by} forbids work", "wait for its end, or have its override approved",
			"a freeze over the end of the quarter",
		},
		{
			"NOT_BEFORE", groupTried, "{by} begins later", "bring notBefore of the plan forward",
			"`notBefore: 2026-04-01`, a window in March",
		},
		{
			"MIN_AGE", groupTried, "a patch is younger than {by} allows", "wait, or lower minimumAge of the plan",
			"released on Tuesday, `minimumAge: P7D`, a window on Saturday",
		},
		{
			"NOTICE_LEAD", groupTried, "the client would be told later than {by} agrees", "merge earlier, or have the client waive the notice",
			"agreed are three days, the window opens in two",
		},
		{
			"DEADLINE", groupTried, "it lies after the deadline of {by}", "move the deadline",
			"`deadline: 2026-03-20`, the next window on the 21st",
		},
		{
			"WAVE_GATE", groupTried, "{by} has not passed its gate", "shorten the soak, or lower advance",
			"the canary soaks until Monday, the window is on Sunday",
		},
		{
			"DEP_ORDER", groupTried, "it goes after {by}", "",
			"an application server goes after its database",
		},
		{
			"HA_PEER_DOWN", groupTried, "too many of {by} are down already", "repair the members that are down",
			"one of two members is down, one may be",
		},
		{
			"HA_CONFLICT", groupTried, "too many of {by} would be down at once", "",
			"both members of a pair in one hour",
		},
		{
			"EXCLUSIVE", groupTried, "{by} works on it then", "",
			"two plans, one host, one window: they run in sequence",
		},
		{
			"CAPACITY", groupTried, "{by} allows no more sessions at once", "raise the limit",
			"`maxConcurrent: 10`, and ten that go first",
		},
		{
			"RELAY_CAPACITY", groupTried, "{by} cannot hand the patches on in time", "lengthen prefetchLead, or widen the line",
			"200 hosts with 1.2 GB each behind 100 Mbit/s",
		},
		{
			"TECHNICIAN", groupTried, "nobody of {by} is free", "staff the shift, or widen its hours",
			"two installations by hand, one technician",
		},
		{
			"COST_CAP", groupTried, "the month would cost more than {by} allows", "raise costCapPerMonth, or wait for the next month",
			"5,000.00 EUR a month, 4,900.00 are planned",
		},
	}
}

func runReasons() []Reason {
	return []Reason{
		{
			"RELAY_UNHEALTHY", groupRun, "{by} is not healthy", "repair the relay",
			"three hosts behind one relay failed, and hardly any elsewhere; or its machine is down",
		},
		{
			"AGENT_STALE", groupRun, "{by} was not heard of for too long", "repair the agent",
			"an agent last seen 20 days ago, `staleAfter: P14D`",
		},
		{
			"PENDING_REBOOT", groupRun, "{by} waits for a reboot of earlier work", "reboot it in a window",
			"a patch of last month has not been completed",
		},
		{
			"WINDOW_CHANGED", groupRun, "the window that the client was told of is there no more", "tell the client of the new one",
			"a window moved from Saturday to Sunday after the notice went out",
		},
		{
			"MISSED_WINDOW", groupRun, "the window passed before it could start", "resume it, if misfire is defer",
			"the controller was down from 21:00 to 08:00",
		},
		{
			"CLOCK_SKEW", groupRun, "the clock of {by} is wrong", "set its clock",
			"a controller five minutes ahead of its forge",
		},
		{
			"CREDENTIAL", groupRun, "{by} refused our credentials", "renew the credential",
			"an SSH key that the host does not know",
		},
	}
}
