# METADATA
# title: Gates can be passed
# description: The gate wants more people than its group has who may approve, so the plan pauses at that wave for good.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.5.3", "NIST SP 800-53r5 AC-5", "ITIL 4 change enablement"]
package patchops.plan.gate_quorum

import data.patchops.lib.people

deny contains {
	"path": ["spec", "waves", i, "gates", j, "count"],
	"message": $"the gate of wave \"{wave.name}\" wants {gate.count} people of group \"{gate.group}\", {able} may approve",
	"hint": "want fewer, or add people to the group",
} if {
	some i, wave in input.spec.waves
	some j, gate in wave.gates
	able := count(people.live(gate.group))
	able < gate.count
}
