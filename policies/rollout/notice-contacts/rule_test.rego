package patchops.rollout.notice_contacts_test

import data.patchops.rollout.notice_contacts

# 2026-03-12 is a Thursday; Berlin is an hour ahead.
notice(contact, at) := noticed(contact, at, ["phone"])

noticed(contact, at, channels) := {"channels": channels, "contact": contact, "window": "nightly", "occurrence": "2026-03-17T21:00:00Z", "sendBy": at}

documents := {
	"Client": {"acme": {"acme": {"spec": {"timezone": "Europe/Berlin"}}}},
	"Contact": {"acme": {
		"ada": {"spec": {}},
		"old": {"spec": {"validUntil": "2026-03-13"}},
		"day": {"spec": {"hours": [{"days": ["MO", "TU", "WE", "TH", "FR"], "from": "08:00", "to": "18:00"}]}},
		"dawn": {"spec": {"hours": [{"days": ["SA"], "from": "00:00", "to": "00:30"}]}},
		"mute": {"spec": {"hours": []}},
	}},
}

found(now, notices) := result if {
	result := notice_contacts.deny with input as {"client": "acme", "plan": "p", "notices": notices}
		with data.asOf as now
		with data.documents as documents
}

morning := "2026-03-12T09:00:00Z"

test_no_longer_valid if {
	found(morning, [notice("old", "2026-03-13T21:00:00Z"), notice("old", "2026-03-13T23:00:00Z"), notice("old", "2026-03-14T21:00:00Z")]) == {{
		"path": ["notices", 1],
		"message": "contact \"old\" of client \"acme\" is valid until 2026-03-13, the notice of window \"nightly\" on 2026-03-17T21:00:00Z is due at 2026-03-13T23:00:00Z",
		"hint": "renew validUntil, or name another contact",
	}}
}

test_valid_until_then if count(found(morning, [notice("old", "2026-03-13T22:59:59Z")])) == 0

test_no_hours if {
	found("2026-03-13T17:00:00Z", [notice("ada", "2026-03-14T21:00:00Z"), notice("day", "2026-03-15T21:00:00Z"), notice("day", "2026-03-15T22:00:00Z")]) == {{
		"path": ["notices", 1],
		"message": "contact \"day\" of client \"acme\" can only be called, and keeps no hours before 2026-03-15T21:00:00Z, when the notice of window \"nightly\" on 2026-03-17T21:00:00Z is due",
		"hint": "add a channel that takes a message at any hour, or call now",
	}}
}

test_hours if {
	count(found(morning, [notice("day", "2026-03-12T09:00:01Z")])) == 0
	count(found("2026-03-13T16:59:59Z", [notice("day", "2026-03-15T21:00:00Z")])) == 0
	count(found("2026-03-13T17:00:00Z", [notice("day", "2026-03-16T07:00:00Z")])) == 1
	count(found("2026-03-13T17:00:00Z", [notice("day", "2026-03-16T07:00:01Z")])) == 0
}

test_zone if {
	count(found("2026-03-13T17:00:00Z", [notice("dawn", "2026-03-13T23:00:00Z")])) == 1
	count(found("2026-03-13T17:00:00Z", [notice("dawn", "2026-03-13T23:00:01Z")])) == 0
}

test_days_on_end if {
	count(found(morning, [notice("mute", "2026-03-16T08:59:59Z")])) == 1
	count(found(morning, [notice("mute", "2026-03-16T09:00:00Z")])) == 0
}

test_other_channels if {
	count(found(morning, [noticed("mute", "2026-03-13T09:00:00Z", ["email", "phone"])])) == 0
	count(found(morning, [noticed("mute", "2026-03-13T09:00:00Z", ["portal"])])) == 0
}

test_none if count(found(morning, [])) == 0
