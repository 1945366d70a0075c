# METADATA
# title: No more are satisfied than answered
# description: A survey result in which more people are satisfied than answered is a slip, and would show a satisfaction above one hundred percent.
# scope: package
# schemas:
#   - input: schema.SurveyResult
# custom:
#   severity: error
#   gate: document
#   controls: ["ISO/IEC 27001:2022 9.1", "ITIL 4 measurement and reporting", "ITIL 4 relationship management"]
package patchops.okr.survey

deny contains {
	"path": ["spec", "satisfied"],
	"message": $"{input.spec.satisfied} of {input.spec.responses} are satisfied, at most all of them can be",
	"hint": "correct the numbers",
} if {
	input.spec.satisfied > input.spec.responses
}
