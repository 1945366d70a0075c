# METADATA
# title: A soak ends when a window opens
# description: A wave may begin when the soak of the one before, whole days, has ended. That is in the middle of a window, too late for a session, so the wave waits for the next one, and one day of soak becomes two.
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
#   controls: ["NIST SP 800-40r4 3.5.1", "NIST SP 800-53r5 CM-3(2)", "ISO/IEC 27001:2022 A.8.32", "ITIL 4 release management"]
package patchops.plan.soak_skips_window

import data.patchops.lib.moment
import data.patchops.lib.rollouts
import data.patchops.lib.windows

deny contains {
	"path": ["waves", i, "gateOpens"],
	"message": $"wave \"{wave.name}\" of client \"{input.client}\" may begin {soak} after wave \"{input.waves[i - 1].name}\", at {wave.gateOpens}, too late within window \"{first.window}\", and waits until {wave.plannedStart}",
	"hint": "shorten the soak, so that it ends before the window opens",
} if {
	some i, wave in input.waves
	soak := rollouts.plan(input).spec.waves[i - 1].soak
	patchops.seconds(soak) % 86400 == 0
	first := [placement | some placement in input.placements; placement.wave == wave.name][0]
	window := windows.spec(input.client, first.window)
	count(windows.days(window)) == 7
	gate := time.parse_rfc3339_ns(wave.gateOpens)
	before := time.add_date(time.parse_rfc3339_ns(first.occurrence), 0, 0, -1)
	before < gate
	gate < before + ((windows.minutes(window) * 60) * moment.second)
	some entry in first.rejected
	entry.code == "WAVE_GATE"
}
