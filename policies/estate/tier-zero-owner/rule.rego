# METADATA
# title: Critical systems have an owner
# description: Somebody must answer for a system of tier 0. Without an owner no approval can ask the people who run it.
# scope: package
# schemas:
#   - input: schema.AssetList
# custom:
#   severity: warning
#   gate: document
#   controls: ["ISO/IEC 27001:2022 A.5.9", "NIST SP 800-53r5 CM-8", "CIS Controls v8.1 1.1", "PCI DSS 4.0.1 12.5.1", "ITIL 4 service configuration management"]
package patchops.estate.tier_zero_owner

deny contains {
	"path": ["spec", "assets", i, "owner"],
	"message": $"asset \"{item.asset.name}\" of tier 0 has no owner",
	"hint": "set owner to the Group that answers for it",
} if {
	some item in unowned
	i := item.index
}

deny contains {
	"path": ["spec", "file"],
	"message": $"asset \"{item.asset.name}\" of tier 0 has no owner",
	"hint": "set owner to the Group that answers for it",
} if {
	some item in unowned
	not item.index
}

unowned contains item if {
	items := data.listed[input.metadata.client][input.metadata.name]
	some item in items
	item.asset.tier == 0
	not item.asset.owner
}
