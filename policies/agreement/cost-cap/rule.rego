# METADATA
# title: The cost cap pays for some work
# description: A monthly cap below what one occurrence costs at the least lets nothing be placed at all, and the reason would show up in every plan instead of here.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 service financial management", "ITIL 4 capacity and performance management"]
package patchops.agreement.cost_cap

deny contains {
	"path": ["spec", "costCapPerMonth"],
	"message": $"the cap of {cap} a month is below the {floor(least / 60)} that {minutes} minutes cost at the regular rate",
	"hint": "agree on a higher cap, or on a shorter minimum",
} if {
	cap := input.spec.costCapPerMonth
	not input.spec.rates.basis == "included"
	minutes := charged
	least := minutes * input.spec.rates.regularPerHour
	cap * 60 < least
}

# charged is the minutes that an occurrence costs at least.
default charged := 60

charged := input.spec.rates.minimumMinutes
