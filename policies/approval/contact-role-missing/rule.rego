# METADATA
# title: Clients have the contacts whose approval is wanted
# description: The rule asks contacts of the client for their approval, and a client that it is for has too few in that role who may still be called. Its changes can never be merged.
# scope: package
# schemas:
#   - input: schema.ApprovalRule
# custom:
#   severity: warning
#   gate: document
#   controls: ["PCI DSS 4.0.1 6.5.1", "ISO/IEC 27001:2022 A.5.2", "NIST SP 800-53r5 CM-3", "ITIL 4 change enablement", "ITIL 4 relationship management"]
package patchops.approval.contact_role_missing

import data.patchops.lib.approvals
import data.patchops.lib.clients

deny contains {
	"path": ["spec", "require"],
	"message": $"{leaf.count} contacts of client \"{client}\" as {roles} are wanted, {able} may be called",
	"hint": $"add a Contact of that role to client {client}, or ask somebody else",
} if {
	some leaf in approvals.leaves(input.spec.require)
	roles := concat(" or ", leaf.contactRoles)
	some client in meant
	able := count({name | some role in leaf.contactRoles; some name in clients.having(client, role)})
	able < leaf.count
}

# meant is the active clients that the rule is for.
meant contains client if {
	some client, _ in data.documents.Client
	clients.active(client)
	named(client)
	ranked(client)
}

named(_) if not input.spec.match.clients

named(client) if client in input.spec.match.clients

ranked(_) if not input.spec.match.clientTiers

ranked(client) if clients.spec(client).tier in input.spec.match.clientTiers
