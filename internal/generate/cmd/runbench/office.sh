#!/bin/sh
# A repository with one client whose hosts are folders of this machine, and a plan that
# brings acme-agent 1.1 onto all of them in one wave, at any time of the day. Its remote is
# served by git daemon. What is in it when the root of trust is made is authorised by it.
#   office.sh PATCHOPS HOSTS REMOTE FAILURES
# A wave has never more hosts in flight than the failures that it bears, plus one.
set -eu
patchops=$1 hosts=$2 remote=$3 failures=$4
git init --quiet --bare --initial-branch=main remote.git
ssh-keygen -q -t ed25519 -N '' -C owner -f "$HOME/.ssh/id_ed25519"
"$patchops" init --quiet plans
cd plans
for p in ada ben dana erin; do
	ssh-keygen -q -t ed25519 -N '' -C $p -f ../$p.key
	sed -i "s|ssh-ed25519 [^ ]* $p\$|$(cut -d' ' -f1,2 ../$p.key.pub) $p|" rules/people.yaml
done
rm -f clients/acme/ha.yaml plans/acme/*.yaml schemas/own.cue
days() { date -u -d "$1 days ago" +%Y-%m-%d; }

{
	printf 'apiVersion: patchops.dev/v1alpha1\nkind: AssetList\nmetadata: {name: hosts, client: acme}\nspec:\n  defaults: {class: server, os: debian, osVersion: "12", env: prod, tier: 2, owner: engineers}\n  assets:\n'
	n=0
	while [ "$n" -lt "$hosts" ]; do
		echo "    - {name: host-$n, profile: local-apt}"
		n=$((n + 1))
	done
} >clients/acme/assets.yaml
cat >rules/profiles.yaml <<'END'
apiVersion: patchops.dev/v1alpha1
kind: ExecutorProfile
metadata: {name: local-apt}
spec:
  type: local
  package: apt
  idempotency: journal
  estimate: {install: PT1M, reboot: PT1M, postcheck: PT0S, recoveryReserve: PT0S}
END
cat >clients/acme/windows.yaml <<'END'
apiVersion: patchops.dev/v1alpha1
kind: MaintenanceWindow
metadata: {name: always, client: acme}
spec:
  timezone: Etc/UTC
  start: 2026-01-01T00:00
  recurrence: FREQ=DAILY
  duration: P1D
END
sed -i 's/windowRefs: .*/windowRefs: [always]/; s/lead: P3D/lead: PT0S/; s/maxUnavailable: .*/maxUnavailable: "100%"/' clients/acme/agreement.yaml
cat >catalog/patches.yaml <<END
apiVersion: patchops.dev/v1alpha1
kind: Patch
metadata: {name: agent}
spec:
  vendor: acme
  product: acme-agent
  releasedAt: "$(days 9)T08:00:00Z"
  severity: high
  packages: [{name: acme-agent, version: "1.1", scheme: deb}]
  appliesTo: {matchLabels: {os: debian}}
  restart: service
  estimate: PT1M
  vendorReview: {state: passed, by: dana, at: "$(days 8)T09:00:00Z"}
  assessment: {decision: approved, by: dana, at: "$(days 8)T10:00:00Z", reason: wanted}
END
sed -i "s/patches: .*/patches: [agent]/; s/at: .*/at: \"$(days 7)T14:00:00Z\"/" catalog/tests.yaml
cat >plans/acme/agent.yaml <<END
apiVersion: patchops.dev/v1alpha1
kind: PatchPlan
metadata: {name: agent, client: acme, annotations: {ticket: CHG-1}}
spec:
  changeType: standard
  patches: [agent]
  targets: {selector: {matchLabels: {os: debian}}}
  minimumAge: P3D
  deadline: "$(date -u -d '20 days' +%Y-%m-%d)"
  waves: [{name: all, percent: 100, maxFailures: $failures}]
  reboot: ifRequired
  snapshot: {mode: bestEffort, ttl: P3D}
  rollback: {auto: true, on: [install, postcheck]}
  testEvidenceRefs: [openssl-test]
  backoutPlan: Install the version before.
  impact: None.
END
git add --all
git commit --quiet --no-gpg-sign -m start
git remote add origin "$remote"
git push --quiet origin main
"$patchops" check --quiet >/dev/null
"$patchops" trust init --quiet >/dev/null
cd "$HOME"/.config/patchops/*/
mkdir -m 700 "$HOME/mail"
printf '{"email": {"folder": "%s/mail"}}\n' "$HOME" >notify.json
chmod 600 notify.json
