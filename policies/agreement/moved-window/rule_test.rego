package patchops.agreement.moved_window_test

import data.patchops.agreement.moved_window

found(spec) := result if result := moved_window.deny with input as {"spec": spec}

test_not_agreed if {
	found({"windowRefs": ["nightly"], "emergency": {}, "moves": [{"windowRef": "nightly"}, {"windowRef": "sunday"}]}) == {{
		"path": ["spec", "moves", 1, "windowRef"],
		"message": "window \"sunday\" is moved and not named by the agreement",
		"hint": "name the window in windowRefs, or move one that is named there",
	}}
}

test_emergency_window if count(found({"windowRefs": [], "emergency": {"windowRefs": ["any"]}, "moves": [{"windowRef": "any"}]})) == 0

test_no_moves if count(found({"windowRefs": ["nightly"], "emergency": {}})) == 0
