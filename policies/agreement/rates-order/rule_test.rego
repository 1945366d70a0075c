package patchops.agreement.rates_order_test

import data.patchops.agreement.rates_order

found(rates) := result if result := rates_order.deny with input as {"spec": {"rates": rates}}

test_after_hours if {
	found({"regularPerHour": 9500, "afterHoursPerHour": 9499}) == {{
		"path": ["spec", "rates", "afterHoursPerHour"],
		"message": "an hour after hours costs 9499, less than a regular one at 9500",
		"hint": "check the two amounts, they are in minor units",
	}}
}

test_holiday if {
	found({"regularPerHour": 9500, "holidayPerHour": 950}) == {{
		"path": ["spec", "rates", "holidayPerHour"],
		"message": "an hour on a holiday costs 950, less than a regular one at 9500",
		"hint": "check the two amounts, they are in minor units",
	}}
}

test_same if count(found({"regularPerHour": 9500, "afterHoursPerHour": 9500, "holidayPerHour": 9500})) == 0

test_absent if count(found({"regularPerHour": 9500})) == 0
