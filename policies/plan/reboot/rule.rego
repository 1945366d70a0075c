# METADATA
# title: Patches that need a restart get one
# description: The patch takes effect only after the system restarts, and the plan never restarts it. The vulnerability stays open while every report says that it is patched.
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-40r4 2.3.3", "NIST SP 800-53r5 SI-2", "PCI DSS 4.0.1 6.3.3", "CIS Controls v8.1 7.3", "ITIL 4 release management"]
package patchops.plan.reboot

import data.patchops.lib.plans

deny contains {
	"path": ["spec", "reboot"],
	"message": $"patch \"{name}\" needs a restart of the system, the plan says never",
	"hint": "set reboot to ifRequired",
} if {
	input.spec.reboot == "never"
	some name, patch in plans.patches(input)
	patch.restart == "system"
}
