# METADATA
# title: Only agreed windows are moved
# description: A move shifts one occurrence of a window that the agreement names. Any other window is not open to the client, moved or not.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.8.32", "PCI DSS 4.0.1 6.5.1", "ITIL 4 change enablement"]
package patchops.agreement.moved_window

deny contains {
	"path": ["spec", "moves", i, "windowRef"],
	"message": $"window \"{move.windowRef}\" is moved and not named by the agreement",
	"hint": "name the window in windowRefs, or move one that is named there",
} if {
	some i, move in input.spec.moves
	not agreed(move.windowRef)
}

agreed(name) if name in input.spec.windowRefs

agreed(name) if name in input.spec.emergency.windowRefs
