#!/bin/sh
# A repository with one client whose hosts are full hosts of the estate, and a plan that
# brings acme-agent VERSION onto all of them. What is in it when the root of trust is made
# is authorised by it. Everybody's key is NAME.key.
#   office.sh VERSION WAVES ASSETS... where an asset is a flow mapping of YAML
set -eu
version=$1 waves=$2
shift 2
git init --quiet --bare --initial-branch=main remote.git
for hook in pre-receive post-receive; do
	cp "$(dirname "$0")/hook.sh" remote.git/hooks/$hook
	chmod 755 remote.git/hooks/$hook
done
mkdir -p "$HOME/.ssh"
for p in ada ben dana erin; do
	ssh-keygen -q -t ed25519 -N '' -C $p -f $p.key
done
ssh-keygen -q -t ed25519 -N '' -C owner -f "$HOME/.ssh/id_ed25519"
"$PATCHOPS_BIN" init --quiet plans
cd plans
for p in ada ben dana erin; do
	sed -i "s|ssh-ed25519 [^ ]* $p\$|$(cut -d' ' -f1,2 ../$p.key.pub) $p|" rules/people.yaml
done
rm -r clients/acme/ha.yaml schemas policies # one wave may do here, and no own rule's time is bounded
days() { date -u -d "$1 days ago" +%Y-%m-%d; }

{
	printf 'apiVersion: patchops.dev/v1alpha1\nkind: AssetList\nmetadata: {name: hosts, client: acme}\nspec:\n  defaults: {class: server, os: debian, osVersion: "12", env: prod, tier: 2, owner: engineers}\n  assets:\n'
	printf '    - %s\n' "$@"
} >clients/acme/assets.yaml

cat >clients/acme/relays.yaml <<'EOF'
apiVersion: patchops.dev/v1alpha1
kind: Relay
metadata: {name: lyon, client: acme}
spec: {bandwidthMbps: 1000, maxStreams: 10, prefetchLead: PT0S}
EOF

estimate='{install: PT1M, reboot: PT1M, postcheck: PT0S, recoveryReserve: PT0S}'
cat >rules/profiles.yaml <<EOF
apiVersion: patchops.dev/v1alpha1
kind: ExecutorProfile
metadata: {name: by-ssh}
spec:
  type: ssh
  ssh: {user: root}
  package: apt
  idempotency: journal
  secretRef: ssh/deploy
  estimate: $estimate
---
apiVersion: patchops.dev/v1alpha1
kind: ExecutorProfile
metadata: {name: by-sudo}
spec:
  type: ssh
  ssh: {user: deploy}
  package: apt
  idempotency: journal
  secretRef: ssh/deploy
  estimate: $estimate
---
apiVersion: patchops.dev/v1alpha1
kind: ExecutorProfile
metadata: {name: by-ansible}
spec:
  type: ansible
  ansible: {playbook: playbooks/update.yml, vars: {ansible_user: root}}
  package: apt
  idempotency: journal
  secretRef: ssh/deploy
  estimate: $estimate
EOF
mkdir playbooks
sed -i -e 's/exclude: .*/exclude: [playbooks]/' -e '/^  policy:/,$d' patchops.yaml
cat >playbooks/update.yml <<'EOF'
- hosts: all
  gather_facts: false
  tasks:
  - name: install
    ansible.builtin.apt:
      name: "{{ item.name }}={{ item.version }}"
      update_cache: true
    loop: "{{ patchops_packages }}"
EOF
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
  packages: [{name: acme-agent, version: "$version", scheme: deb}]
  appliesTo: {matchLabels: {os: debian}}
  restart: service
  estimate: PT1M
  vendorReview: {state: passed, by: dana, at: "$(days 8)T09:00:00Z"}
  assessment: {decision: approved, by: dana, at: "$(days 8)T10:00:00Z", reason: wanted}
EOF
sed -i "s/patches: .*/patches: [agent]/; s/at: .*/at: \"$(days 7)T14:00:00Z\"/" catalog/tests.yaml
rm plans/acme/*.yaml
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
  waves: $waves
  reboot: ifRequired
  snapshot: {mode: bestEffort, ttl: P3D}
  rollback: {auto: true, on: [install, postcheck]}
  testEvidenceRefs: [openssl-test]
  backoutPlan: Install the version before.
  impact: None.
EOF
git add --all
git commit --quiet --no-gpg-sign -m start
git remote add origin ../remote.git
git push --quiet origin main
git config gpg.format ssh
git config user.signingkey "$PWD/../ada.key.pub"
git config commit.gpgsign true
"$PATCHOPS_BIN" check
"$PATCHOPS_BIN" trust init --quiet >/dev/null
cd "$HOME"/.config/patchops/*/
mkdir -m 700 "$HOME/mail"
printf '{"email": {"folder": "%s/mail"}}\n' "$HOME" >notify.json
chmod 600 notify.json
pwd >"$HOME/config"
