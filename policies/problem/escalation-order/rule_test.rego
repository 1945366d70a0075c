package patchops.problem.escalation_order_test

import data.patchops.problem.escalation_order

found(times) := result if {
	result := escalation_order.deny with input as {"spec": {"escalation": [{"group": "g", "after": time} | some time in times]}}
}

test_same_time if {
	found(["P2D", "PT48H"]) == {{
		"path": ["spec", "escalation", 1, "after"],
		"message": "the step is due after PT48H, more than the P2D of the step before is wanted",
		"hint": "order the steps by time",
	}}
}

test_ordered if count(found(["P2D", "P3D", "P5D"])) == 0
