# METADATA
# title: Planned work is not dropped unseen
# description: "With the change some assets that had a place in a rollout have none and no reason: nothing plans to patch them any more."
# scope: package
# schemas:
#   - input: schema.change
# custom:
#   severity: warning
#   gate: change
#   controls: ["PCI DSS 4.0.1 6.3.3", "NIST SP 800-40r4 3.4", "ISO/IEC 27001:2022 A.8.8", "CIS Controls v8.1 7.3"]
package patchops.change.drops_work

deny contains {
	"path": ["rollouts", i],
	"message": $"{count(lost)} assets of client \"{rollout.client}\" are planned no more, {lost[0]} first",
	"hint": "plan them elsewhere, or accept the risk in a RiskAcceptance",
} if {
	some i, rollout in input.rollouts
	spoken := planned(rollout.client)
	lost := [placement.asset |
		some placement in rollout.before.placements
		data.assets[rollout.client][placement.asset]
		not placement.asset in spoken
	]
	count(lost) > 0
}

# planned is the assets of a client that some rollout speaks of after the change.
planned(client) := {session.asset |
	some rollout in input.rollouts
	rollout.client == client
	some sessions in [rollout.after.placements, rollout.after.unplaced, rollout.after.excluded]
	some session in sessions
}
