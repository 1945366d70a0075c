package patchops.plan.ticket_test

import data.patchops.plan.ticket

parameters := {"plan/ticket": {"prefix": "CHG-"}}

plan(metadata) := {"kind": "PatchPlan", "metadata": metadata}

test_ticket_is_fine if {
	count(ticket.deny) == 0 with input as plan({"name": "a", "annotations": {"ticket": "CHG-7"}})
		with data.parameters as parameters
}

test_other_ticket if {
	count(ticket.deny) == 1 with input as plan({"name": "a", "annotations": {"ticket": "7"}})
		with data.parameters as parameters
}

test_no_ticket if {
	count(ticket.deny) == 1 with input as plan({"name": "a"})
		with data.parameters as parameters
}
