# METADATA
# title: Due dates
# description: Which SLA rules hold for a client and a patch, and when it is due.
# scope: package
package patchops.lib.sla

import data.patchops.lib.agreements
import data.patchops.lib.moment

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

# takes holds when a rule is for a patch; what only facts could tell is not asked.
takes(rule, patch) if {
	severe(rule.match, patch)
	exploited(rule.match, patch)
	decided(rule.match, patch)
}

severe(match, _) if not match.severity

severe(match, patch) if patch.severity == match.severity

severe(match, patch) if patch.severity in match.severity

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

# coming is the due dates that are still to come, as [rule, since, due]: what a
# rule of a client may count from is in anchors[rule.anchor], as written and in
# nanoseconds. Those in business days are left to the schedule. Whether a rule
# is for a patch is for takes to say.
coming(client, anchors) := [[rule, since, due] |
	some rule in of(client)
	rule.clock == "calendar"
	within := patchops.seconds(rule.within) * moment.second
	some since, at in anchors[rule.anchor]
	due := at + within
	due > moment.now
]
