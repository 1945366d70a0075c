# What an office has whose hosts are ours: functions for scripts that run in its repository,
# made by `patchops init`. $patchops is the program. It is read, not run.

days() { date -u -d "$1 days ago" +%Y-%m-%d; }

# people puts keys of ours, beside the repository, in the place of the example's.
people() {
	for p in ada ben dana erin; do
		ssh-keygen -q -t ed25519 -N '' -C $p -f ../$p.key
		sed -i "s|ssh-ed25519 [^ ]* $p\$|$(cut -d' ' -f1,2 ../$p.key.pub) $p|" rules/people.yaml
	done
}

# assets reads the client's, each a flow mapping of YAML in a line.
assets() {
	printf 'apiVersion: patchops.dev/v1alpha1\nkind: AssetList\nmetadata: {name: hosts, client: acme}\nspec:\n  defaults: {class: server, os: debian, osVersion: "12", env: prod, tier: 2, owner: engineers}\n  assets:\n'
	sed 's/^/    - /'
}

# update VERSION WAVES is the one plan: acme-agent on all hosts, at any time of the day.
update() {
	rm plans/acme/*.yaml
cat >clients/acme/windows.yaml <<'EOF'
apiVersion: patchops.dev/v1alpha1
kind: MaintenanceWindow
metadata: {name: always, client: acme}
spec:
  timezone: Etc/UTC
  start: 2026-01-01T00:00
  recurrence: FREQ=DAILY
  duration: P1D
EOF
sed -i 's/windowRefs: .*/windowRefs: [always]/; s/lead: P3D/lead: PT0S/; s/maxUnavailable: .*/maxUnavailable: "100%"/' clients/acme/agreement.yaml
cat >catalog/patches.yaml <<EOF
apiVersion: patchops.dev/v1alpha1
kind: Patch
metadata: {name: agent}
spec:
  vendor: acme
  product: acme-agent
  releasedAt: "$(days 9)T08:00:00Z"
  severity: high
  packages: [{name: acme-agent, version: "$1", scheme: deb}]
  appliesTo: {matchLabels: {os: debian}}
  restart: service
  estimate: PT1M
  vendorReview: {state: passed, by: dana, at: "$(days 8)T09:00:00Z"}
  assessment: {decision: approved, by: dana, at: "$(days 8)T10:00:00Z", reason: wanted}
EOF
sed -i "s/patches: .*/patches: [agent]/; s/at: .*/at: \"$(days 7)T14:00:00Z\"/" catalog/tests.yaml
cat >plans/acme/agent.yaml <<EOF
apiVersion: patchops.dev/v1alpha1
kind: PatchPlan
metadata: {name: agent, client: acme, annotations: {ticket: CHG-1}}
spec:
  changeType: standard
  patches: [agent]
  targets: {selector: {matchLabels: {os: debian}}}
  minimumAge: P3D
  deadline: "$(date -u -d '20 days' +%Y-%m-%d)"
  waves: $2
  reboot: ifRequired
  snapshot: {mode: bestEffort, ttl: P3D}
  rollback: {auto: true, on: [install, postcheck]}
  testEvidenceRefs: [openssl-test]
  backoutPlan: Install the version before.
  impact: None.
EOF
}

# found commits all of it and makes the root of trust, which authorises it; mail goes to a folder.
found() {
	git add --all
	git commit --quiet --no-gpg-sign -m start
	git remote add origin "$1"
	git push --quiet origin main
	"$patchops" check --quiet
	"$patchops" trust init --quiet >/dev/null
	cd "$HOME"/.config/patchops/*/
	mkdir -m 700 "$HOME/mail"
	printf '{"email": {"folder": "%s/mail"}}\n' "$HOME" >notify.json
	chmod 600 notify.json
}
