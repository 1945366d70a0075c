# METADATA
# title: Patches apply to something
# description: A patch without packages and without a selector applies to no asset, so plans install nothing and report success.
# scope: package
# schemas:
#   - input: schema.Patch
# custom:
#   severity: warning
#   gate: document
#   controls: ["NIST SP 800-40r4 3.2", "NIST SP 800-53r5 SI-2", "CIS Controls v8.1 7.3", "ITIL 4 service configuration management"]
package patchops.patch.applies_to_nothing

deny contains {
	"path": ["spec", "packages"],
	"message": $"patch \"{input.metadata.name}\" names neither packages nor assets that it applies to",
	"hint": "add packages, or appliesTo",
} if {
	not input.spec.appliesTo
	not packed
}

packed if count(input.spec.packages) > 0
