# METADATA
# title: Who is told can be reached
# description: A notice has to go out before a certain instant. Its contact is no longer valid then, or is told by phone only and keeps no hours between now and then, so nobody would be told.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["ISO/IEC 27001:2022 A.5.20", "PCI DSS 4.0.1 6.5.1", "NIST SP 800-40r4 3.1", "ITIL 4 change enablement"]
package patchops.rollout.notice_contacts

import data.patchops.lib.clients
import data.patchops.lib.hours
import data.patchops.lib.moment

deny contains {
	"path": ["notices", i],
	"message": $"contact \"{notice.contact}\" of client \"{input.client}\" is valid until {contact.validUntil}, the notice of window \"{notice.window}\" on {notice.occurrence} is due at {notice.sendBy}",
	"hint": "renew validUntil, or name another contact",
} if {
	some i in {min(late) | some contact; late := expired[contact]}
	notice := input.notices[i]
	contact := data.documents.Contact[input.client][notice.contact].spec
}

# expired is the indexes of the notices, by their contact, that come when it is no
# longer valid.
expired[name] contains i if {
	some i, notice in input.notices
	name := notice.contact
	until := data.documents.Contact[input.client][name].spec.validUntil
	patchops.instant(until, clients.zone(input.client), "until") <= time.parse_rfc3339_ns(notice.sendBy)
}

deny contains {
	"path": ["notices", i],
	"message": $"contact \"{notice.contact}\" of client \"{input.client}\" can only be called, and keeps no hours before {notice.sendBy}, when the notice of window \"{notice.window}\" on {notice.occurrence} is due",
	"hint": "add a channel that takes a message at any hour, or call now",
} if {
	some i in firsts
	notice := input.notices[i]
	contact := data.documents.Contact[input.client][notice.contact].spec
	{channel | some channel in notice.channels} == {"phone"}
	ends := time.parse_rfc3339_ns(notice.sendBy)
	ends - moment.now < most * step
	steps := ceil((ends - moment.now) / step)
	not reached(contact.hours, steps)
}

# step is half an hour, in which hours are tried; most is how many of them are
# tried: nobody is away for longer than four days every week.
step := 1800 * moment.second

most := 192

# firsts is the index of the first notice to each contact: those are by occurrence.
firsts := {min([i | some i, notice in input.notices; notice.contact == contact]) |
	some contact in {notice.contact | some notice in input.notices}
}

reached(weekly, steps) if {
	some n in numbers.range(0, steps - 1)
	at := local(moment.now + (n * step))
	[hour, minute, _] := time.clock(at)
	day := upper(substring(time.weekday(at), 0, 2))
	hours.open(weekly, day, sprintf("%02d:%02d", [hour, minute]))
}

# local is the nanoseconds that a clock in the client's zone would read as UTC:
# midnight of the UTC day there is so far from midnight of the day in UTC.
local(at) := at - offset if {
	[year, month, day] := time.date(at)
	text := sprintf("%04d-%02d-%02d", [year, month, day])
	offset := patchops.instant(text, clients.zone(input.client), "from") - patchops.instant(text, "UTC", "from")
}
