# METADATA
# title: Due dates
# description: Which SLA rules hold for a client and a patch, and when it is due.
# scope: package
package patchops.lib.sla

import data.patchops.lib.agreements

# name is the policy that some terms name, else the default.
name(terms) := ref if ref := terms.slaPolicyRef

else := "default"

# rules are those of a policy of the client, else of a global one.
rules(client, policy) := found if found := data.documents.SLAPolicy[client][policy].spec.rules

else := data.documents.SLAPolicy._[policy].spec.rules

# of are the rules that hold for a client now; those of the default where no
# agreement is in force.
of(client) := found if found := rules(client, name(agreements.spec(client)))

else := rules(client, "default")

# severities are those that a rule is for.
severities(rule) := {rule.match.severity} if is_string(rule.match.severity)

else := {severity | some severity in rule.match.severity} if rule.match.severity

else := {"critical", "high", "medium", "low", "none"}

# anchor is what a rule counts from for a patch of one of its severities;
# undefined where it is for others, or where only business days or facts could
# tell.
anchor(rule, patch) := from if {
	rule.clock == "calendar"
	from := origin(rule, patch)
	exploited(rule.match, patch)
	decided(rule.match, patch)
}

origin(rule, patch) := patch.releasedAt if rule.anchor == "releasedAt"

origin(rule, patch) := patch.kev.addedAt if rule.anchor == "kevAdded"

exploited(match, _) if not present(match, "kev")

exploited(match, patch) if {
	match.kev == true
	patch.kev
}

exploited(match, patch) if {
	match.kev == false
	not patch.kev
}

decided(match, _) if not match.ssvc

decided(match, patch) if {
	agrees(match.ssvc, patch.ssvc)
	harms(match.ssvc, patch.ssvc)
}

agrees(wanted, _) if not present(wanted, "automatable")

agrees(wanted, known) if wanted.automatable == known.automatable

harms(wanted, _) if not wanted.impact

harms(wanted, known) if known.impact == wanted.impact

harms(wanted, known) if known.impact in wanted.impact

# present holds for a field that is there, false or not.
present(of_what, field) if field in object.keys(of_what)

# due is the end of the time that a rule leaves from its anchor, in nanoseconds.
due(rule, since) := patchops.instant(since, "UTC", "from") + (patchops.seconds(rule.within) * 1000000000) # mutation: equivalent a nanosecond in a second moves no date
