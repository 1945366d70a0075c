# METADATA
# title: Every kind of asset has a way to be tested
# description: Where no procedure fits, everybody tests as they like, or not at all, and results cannot be compared.
# scope: package
# schemas:
#   - input: schema.AssetList
# custom:
#   severity: note
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.8.29", "NIST SP 800-53r5 CM-3(2)", "NIST SP 800-40r4 3.5.1", "ITIL 4 service validation and testing"]
package patchops.evidence.coverage

import data.patchops.lib.estate

deny contains {
	"path": ["metadata", "name"],
	"message": $"no validation procedure fits {kind}, such as asset \"{name}\"",
	"hint": "add a ValidationProcedure whose appliesTo selects them",
} if {
	count(procedures) > 0
	some kind, names in kinds
	name := min(names)
	not tested(name)
}

client := input.metadata.client

listed := {entry.name | some entry in input.spec.assets} | estate.bulk(input)

# kinds are the assets of the list by what a procedure would be written for.
kinds[kind] contains name if {
	some name in listed
	asset := data.assets[client][name]
	kind := $"{asset.class} {asset.os} {object.get(asset, "role", "of any role")} in {asset.env}"
}

# procedures are the selectors of the procedures of the client and of all.
procedures contains procedure.spec.appliesTo if {
	some scope in [client, "_"]
	some procedure in data.documents.ValidationProcedure[scope]
}

tested(name) if {
	some selector in procedures
	patchops.matches(selector, data.assets[client][name])
}
