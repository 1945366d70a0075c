package patchops.window.business_hours_test

import data.patchops.window.business_hours

documents := {"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin", "businessHours": [{"days": ["MO", "TU", "WE", "TH", "FR"], "from": "08:00", "to": "18:00"}]}}}}}

monday := {"timezone": "client", "start": "2026-01-05T17:59", "recurrence": "FREQ=WEEKLY;BYDAY=MO,SA"}

found(spec) := result if {
	result := business_hours.deny with input as {"metadata": {"name": "w", "client": "acme"}, "spec": spec} with data.documents as documents
}

test_within if {
	found(monday) == {{
		"path": ["spec", "start"],
		"message": "the window opens at 17:59 on MO, within the business hours of client \"acme\", for every asset",
		"hint": "open it later, or give it a selector",
	}}
}

test_after if count(found(object.union(monday, {"start": "2026-01-05T18:00"}))) == 0

test_weekend if count(found(object.union(monday, {"recurrence": "FREQ=WEEKLY;BYDAY=SA"}))) == 0

test_some_assets if count(found(object.union(monday, {"selector": {"matchLabels": {"env": "test"}}}))) == 0

test_deny_window if count(found(object.union(monday, {"type": "deny"}))) == 0

test_holidays_only if {
	count(found(object.union(monday, {"onHoliday": "only"}))) == 0
	count(found(object.union(monday, {"onHoliday": "skip"}))) == 1
}

test_zone if {
	count(found(object.union(monday, {"timezone": "Europe/Berlin"}))) == 1
	count(found(object.union(monday, {"timezone": "Asia/Tokyo"}))) == 0
}

test_global_window if {
	count(business_hours.deny) == 0 with input as {"metadata": {"name": "w"}, "spec": monday} with data.documents as documents
}
