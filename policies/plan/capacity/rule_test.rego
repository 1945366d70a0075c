package patchops.plan.capacity_test

import data.patchops.plan.capacity

profile(install) := {"spec": {"estimate": {"install": install, "reboot": "PT5M", "postcheck": "PT0S", "recoveryReserve": "PT0S"}}}

hours(rest) := {"spec": object.union({"start": "2026-03-01T22:00", "recurrence": "FREQ=DAILY", "duration": "PT2H", "capacity": 2}, rest)}

found(window, size, deadline, install) := result if {
	result := capacity.deny with input as {"metadata": {"name": "p", "client": "acme"}, "spec": {"deadline": deadline}}
		with data.asOf as "2026-03-12T00:00:00Z"
		with data.documents as {
			"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "windowRefs": ["w"]}}}},
			"MaintenanceWindow": {"acme": {"w": window}},
			"ExecutorProfile": {"_": {"apt": profile(install), "slow": profile("PT9H")}},
		}
		with data.assets as {"acme": {sprintf("a%d", [n]): {"profile": "apt"} | some n in numbers.range(1, size)}}
		with data.targets as {"acme": {"p": [{"client": "acme", "asset": sprintf("a%d", [n])} | some n in numbers.range(1, size)]}}
}

# Two at once, two after another, on 3 + 2 days.
test_daily if {
	found(hours({}), 21, "2026-03-15T00:00:00Z", "PT1H") == {{
		"path": ["spec", "deadline"],
		"message": "at most 20 sessions fit into the windows of client \"acme\" before the deadline, the plan has 21 assets there",
		"hint": "raise a window's capacity, move the deadline, or select fewer assets",
	}}
	count(found(hours({}), 20, "2026-03-15T00:00:00Z", "PT1H")) == 0
	count(found(hours({}), 20, "2026-03-14T23:59:59Z", "PT1H")) == 1
}

# Two at once, one after another, on one day of 1 + 2 weeks.
test_weekly if {
	count(found(hours({"recurrence": "FREQ=WEEKLY;BYDAY=SU"}), 6, "2026-03-19T00:00:00Z", "PT1H1S")) == 0
	count(found(hours({"recurrence": "FREQ=WEEKLY;BYDAY=SU"}), 7, "2026-03-19T00:00:00Z", "PT1H1S")) == 1
	count(found(hours({"recurrence": "FREQ=WEEKLY;BYDAY=SU"}), 5, "2026-03-18T23:59:59Z", "PT1H1S")) == 1
	count(found(hours({"recurrence": "FREQ=WEEKLY;BYDAY=SU,MO"}), 12, "2026-03-19T00:00:00Z", "PT1H1S")) == 0
}

test_once if {
	once := object.remove(hours({}).spec, ["recurrence"])
	count(found({"spec": once}, 4, "2026-03-15", "PT1H")) == 0
	count(found({"spec": once}, 5, "2026-03-15", "PT1H")) == 1
	count(found({"spec": object.union(once, {"rdates": ["2026-03-13T22:00"]})}, 5, "2026-03-15", "PT1H")) == 0
}

test_no_limit if {
	count(found({"spec": object.remove(hours({}).spec, ["capacity"])}, 50, "2026-03-13", "PT1H")) == 0
	count(found({"spec": object.union(object.remove(hours({}).spec, ["duration"]), {"end": "23:00"})}, 50, "2026-03-13", "PT1H")) == 0
}

test_over if {
	count(found(hours({}), 50, "2026-03-12T00:00:00Z", "PT1H")) == 0
	count(found(hours({}), 50, "2026-03-12T00:00:01Z", "PT1H")) == 1
}

test_no_windows_is_another_rule if count(found(hours({"type": "deny"}), 50, "2026-03-13", "PT1H")) == 0

test_no_estimate if {
	count(found(hours({}), 50, "2026-03-13", "PT0S")) == 0
	count(found(hours({"duration": "PT1M", "capacity": 1}), 200, "2026-03-13T00:00:00Z", "PT1S")) == 1
}

test_quickest_session_of_the_client_counts if {
	found := capacity.deny with input as {"metadata": {"name": "p"}, "spec": {"deadline": "2026-03-15T00:00:00Z"}}
		with data.asOf as "2026-03-12T00:00:00Z"
		with data.documents as {
			"ClientAgreement": {"acme": {"a": {"spec": {"effective": "2026-01-01", "windowRefs": ["w"]}}}},
			"MaintenanceWindow": {"acme": {"w": hours({})}},
			"ExecutorProfile": {"_": {"apt": profile("PT1S"), "slow": profile("PT9H")}},
		}
		with data.assets as {"acme": {"a": {"profile": "slow"}, "b": {"profile": "apt"}}, "beta": {"b": {"profile": "apt"}}}
		with data.targets as {"_": {"p": [{"client": "acme", "asset": "a"}, {"client": "beta", "asset": "b"}]}}
	{f.message | some f in found} == {"at most 0 sessions fit into the windows of client \"acme\" before the deadline, the plan has 1 assets there"}
}
