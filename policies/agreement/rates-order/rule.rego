# METADATA
# title: Rates rise with the hour
# description: An hour at night or on a holiday does not cost less than a regular one. Where it does, two amounts were swapped or a digit is missing.
# scope: package
# schemas:
#   - input: schema.ClientAgreement
# custom:
#   severity: warning
#   gate: document
#   controls: ["ITIL 4 service financial management", "ISO/IEC 27001:2022 A.5.20"]
package patchops.agreement.rates_order

deny contains {
	"path": ["spec", "rates", "afterHoursPerHour"],
	"message": $"an hour after hours costs {rates.afterHoursPerHour}, less than a regular one at {rates.regularPerHour}",
	"hint": "check the two amounts, they are in minor units",
} if {
	rates := input.spec.rates
	rates.afterHoursPerHour < rates.regularPerHour
}

deny contains {
	"path": ["spec", "rates", "holidayPerHour"],
	"message": $"an hour on a holiday costs {rates.holidayPerHour}, less than a regular one at {rates.regularPerHour}",
	"hint": "check the two amounts, they are in minor units",
} if {
	rates := input.spec.rates
	rates.holidayPerHour < rates.regularPerHour
}
