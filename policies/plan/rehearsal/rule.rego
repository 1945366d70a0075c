# METADATA
# title: Restores are rehearsed
# description: A snapshot that nobody ever restored is a hope. A plan that relies on snapshots of critical systems names the test in which a restore worked, and not long ago.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["CIS Controls v8.1 11.5", "NIST SP 800-53r5 CP-9", "HIPAA 164.308(a)(7)(ii)(D)", "ISO/IEC 27001:2022 A.8.13", "PCI DSS 4.0.1 6.5.1", "ITIL 4 service continuity management"]
#   parameters:
#     tier: {type: integer, default: 0, tighter: higher}
#     maximum: {type: duration, default: P180D, tighter: lower}
package patchops.plan.rehearsal

import data.patchops.lib.moment
import data.patchops.lib.plans

parameters := data.parameters["plan/rehearsal"]

deny contains {
	"path": ["spec", "snapshot", "rehearsalRef"],
	"message": "snapshots of critical systems are the way back and no test shows that a restore works",
	"hint": "rehearse a restore and name its TestEvidence in rehearsalRef",
} if {
	critical
	not input.spec.snapshot.rehearsalRef
}

deny contains {
	"path": ["spec", "snapshot", "rehearsalRef"],
	"message": $"the rehearsal \"{ref}\" of a restore came out as {result}",
	"hint": "rehearse again until a restore works",
} if {
	critical
	ref := input.spec.snapshot.rehearsalRef
	result := plans.evidence(input, ref).result
	result != "pass"
}

deny contains {
	"path": ["spec", "snapshot", "rehearsalRef"],
	"message": $"the rehearsal \"{ref}\" of a restore dates from {at}, at most {parameters.maximum} are wanted",
	"hint": "rehearse a restore again",
} if {
	critical
	ref := input.spec.snapshot.rehearsalRef
	at := plans.evidence(input, ref).at
	moment.since(at, "UTC") > patchops.seconds(parameters.maximum)
}

# critical holds when snapshots are required on assets of the highest tiers.
critical if {
	input.spec.snapshot.mode == "required"
	some target in plans.targets(input)
	data.assets[target.client][target.asset].tier <= parameters.tier
}
