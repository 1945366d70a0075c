# METADATA
# title: Due dates
# description: Which SLA rules hold for a client.
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
