# METADATA
# title: Plans for regulated systems name their controls
# description: Auditors ask which requirement a change served. Named in the plan, the evidence collects itself.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: note
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.3.3", "HIPAA 164.308(a)(1)(ii)(B)", "HIPAA 164.308(a)(5)(ii)(B)", "ISO/IEC 27001:2022 A.5.36", "NIST SP 800-53r5 CA-7"]
#   parameters:
#     scopes: {type: strings, default: [pci-dss, hipaa], tighter: higher}
package patchops.plan.controls

import data.patchops.lib.plans

deny contains {
	"path": ["spec", "controls"],
	"message": $"the plan takes systems in the scope of {scope} and names no control that it serves",
	"hint": "name the requirements in controls",
} if {
	not named
	some scope in data.parameters["plan/controls"].scopes
	scope in plans.scopes(input)
}

named if count(input.spec.controls) > 0
