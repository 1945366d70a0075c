package patchops.agreement.cost_cap_test

import data.patchops.agreement.cost_cap

found(spec) := result if result := cost_cap.deny with input as {"spec": spec}

test_below_the_minimum if {
	found({"costCapPerMonth": 4749, "rates": {"regularPerHour": 9500, "minimumMinutes": 30}}) == {{
		"path": ["spec", "costCapPerMonth"],
		"message": "the cap of 4749 a month is below the 4750 that 30 minutes cost at the regular rate",
		"hint": "agree on a higher cap, or on a shorter minimum",
	}}
}

test_pays_for_the_minimum if count(found({"costCapPerMonth": 4750, "rates": {"regularPerHour": 9500, "minimumMinutes": 30}})) == 0

test_an_hour_without_a_minimum if {
	count(found({"costCapPerMonth": 9499, "rates": {"regularPerHour": 9500}})) == 1
	count(found({"costCapPerMonth": 9500, "rates": {"regularPerHour": 9500}})) == 0
}

test_included if count(found({"costCapPerMonth": 0, "rates": {"basis": "included", "regularPerHour": 9500}})) == 0

test_per_asset if count(found({"costCapPerMonth": 0, "rates": {"basis": "perAsset", "regularPerHour": 9500}})) == 1

test_no_cap if count(found({"rates": {"regularPerHour": 9500}})) == 0
