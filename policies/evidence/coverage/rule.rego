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

deny contains {
	"path": ["metadata", "name"],
	"message": $"no validation procedure fits {kind.class} {kind.os} {object.get(kind, "role", "of any role")} in {kind.env}, such as asset \"{name}\"",
	"hint": "add a ValidationProcedure whose appliesTo selects them",
} if {
	count(procedures) > 0
	some kind, names in kinds
	name := min(names)
	not tested(data.assets[client][name])
}

client := input.metadata.client

items := data.listed[client][input.metadata.name]

# kinds are the assets of the list by what a procedure would be written for.
# A comprehension, because a rule with such a key compares each with every other.
kinds := {kind: names |
	some item in items
	kind := object.filter(item.asset, ["class", "os", "role", "env"])
	names := {other.asset.name |
		some other in items
		object.filter(other.asset, ["class", "os", "role", "env"]) == kind
	}
}

# procedures are the selectors of the procedures of the client and of all.
procedures contains procedure.spec.appliesTo if {
	some scope in [client, "_"]
	documents := data.documents.ValidationProcedure[scope]
	some procedure in documents
}

tested(asset) if {
	some selector in procedures
	patchops.matches(selector, asset)
}
