package simulation

// exhibit is a bug of the museum: what it breaks, and which promises the simulation
// must find broken when it is planted.
type exhibit struct {
	name   string
	breaks string
	by     string // promises, any of which must be broken
	shape  string // where it shows; "" anywhere
}

// museumPieces are all bugs that are planted where the simulation can see them.
var museumPieces = []exhibit{
	// internal/runner
	{"blind-redispatch", "sends a task again though its first dispatch may still arrive", "P2 P1", ""},
	{"dispatch-before-ack", "dispatches before the claim is in the log", "P1", ""},
	{"dispatch-unacknowledged", "dispatches although nobody knows whether the claim is in the log", "P1 P2", ""},
	{"dispatch-too-late", "dispatches after the time that the claim says", "P3", ""},
	// internal/progress
	{"reuse-key", "uses one key for all attempts", "P2 P6 P12", ""},
	{"no-threshold", "does not pause at the threshold", "budget", ""},
	{"budget-off-by-one", "has one more in flight than the budget bears", "budget", ""},
	{"no-ramp", "starts as many as the budget bears at once", "budget", ""},
	{"no-limit", "ignores maxConcurrent", "budget", "one by one"},
	{"ignore-hold", "starts under a hold", "P8", ""},
	{"late-start", "starts after the window", "P3", ""},
	{"no-worst-case", "starts what cannot end in its window", "P3", ""},
	{"ignore-misfire", "starts in the next window without the resume that misfire wants", "misfire", "short"},
	{"ignore-peers", "takes two of a group at once", "HA", "group"},
	{"uncovered", "works on a host whose grant nobody approved", "P4", ""},
	{"untold", "starts before its contacts were told", "notice", "notice"},
	{"no-soak", "opens a wave before the one before has soaked", "waves", ""},
	{"one-voice-twice", "counts one person's approval twice", "P8", "gates"},
	{"no-postcheck", "calls an installation a success that nobody checked", "P6 P5", ""},
	{"claim-stays-open", "does not close a claim with its result", "P2 P6 P9 P12 P5", ""},
	{"interrupted-succeeds", "takes a power cut for a success", "P5", ""},
	{"forgets-cause", "computes schedules anew in every process, whatever the log says they are for", "P9", "notice"},
	{"absent-flies", "counts what never reached its host among those in flight", "P6", ""},
	{"overrun-unsaid", "does not say that a host ended after its window", "P3", ""},
	// the model of the wrapper
	{"host-late", "begins what is past its time", "P3 P2 P7 P1", ""},
	{"host-fence", "begins under a lower fence than it saw", "P7 P2", ""},
	{"host-key", "begins a key once more, also while it is at it", "P2 P7", ""},
	{"host-intent", "forgets what it began", "P2 P7 P5", ""},
	{"host-outcome", "forgets how it ended", "P2 P5 P6", ""},
	// the model of the ledger
	{"ledger-takes-what-is-held", "takes a lease that another holds", "P7", ""},
	{"ledger-acks-what-is-lost", "acknowledges a push that failed", "P1 P5 P9", ""},
	{"ledger-pushes-blindly", "pushes without comparing what is there", "P2 P5 P6 P12 P7", ""},
}

// elsewhere are the planted bugs that another guard hides from the simulation, that it shows
// in one of ten thousand worlds only, or that are in packages that it does not run, and the
// test that finds each.
var elsewhere = []struct{ name, pkg, test string }{
	{"start-while-stopped", "runner", "TestDrainHoldsWhateverIsDecided"},
	{"unfair", "runner", "TestR65ANoisyClientStarvesNobody"},
	{"old-refusal-counts", "runner", "TestP2AnOldRefusalDoesNotCloseAnothersClaim"},
	{"absent-survives-fence", "runner", "TestP2AbsentIsForgottenWithTheFence"},
	{"refused-probe-is-refused-start", "runner", "TestR44ARefusedProbeIsUnknown"},
	{"no-look-after-flush", "runner", "TestR65AContestedLogHoldsUpNobodyElse"},
	{"skip fsync", "controller", "TestR60NothingStartsUnwritten"},
	{"stale lease", "controller", "TestR45AStaleLeaseIsNotActedUpon"},
	{"late dispatch", "controller", "TestPoolAnswersOnce"},
	{"ignore-freeze", "progress", "TestCaseWR19AWaveResumesItself"},
	{"retry-uncounted", "progress", "TestRetries"},
	{"ignore-exceptions", "progress", "TestAnExceptionMidRollout"},
	{"partial-uncounted", "progress", "TestWR31APartialFailureCountsAtOnce"},
	{"returns-at-once", "progress", "TestWhatNeverArrivedTakesATurnOfItsOwn"},
	{"superseded-goes-on", "progress", "TestAClaimThatNeverArrivedIsLeftToItsSuccessor"},
	{"resume-by-itself", "progress", "TestTheFirstFailureOfACanaryHalts"},
	{"relay-unasked", "progress", "TestARelayThatIsDown"},
	{"line-unasked", "progress", "TestALineThatIsStillLoaded"},
	{"stale-probe", "progress", "TestAProbeIsFreshWhenItsWaveGoesOn"},
	{"resume-of-the-future", "progress", "TestAResumeLiftsNoLaterPause"},
	{"host-ignores-fence", "runner", "TestP7AHostRefusesTheLowerFence"},
}
