#!/bin/sh
# A repository with one client whose hosts are full hosts of the estate, and a plan that
# brings acme-agent VERSION onto all of them. What is in it when the root of trust is made
# is authorised by it. Everybody's key is NAME.key.
#   office.sh VERSION WAVES ASSETS... where an asset is a flow mapping of YAML
set -eu
version=$1 waves=$2 patchops=$PATCHOPS_BIN
. "$(dirname "$0")/../../estate/office.sh"
shift 2
git init --quiet --bare --initial-branch=main remote.git
for hook in pre-receive post-receive; do
	cp "$(dirname "$0")/hook.sh" remote.git/hooks/$hook
	chmod 755 remote.git/hooks/$hook
done
mkdir -p "$HOME/.ssh"
ssh-keygen -q -t ed25519 -N '' -C owner -f "$HOME/.ssh/id_ed25519"
"$patchops" init --quiet plans
cd plans
people
rm -r clients/acme/ha.yaml schemas policies # one wave may do here, and no own rule's time is bounded
printf '%s\n' "$@" | assets >clients/acme/assets.yaml
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
update "$version" "$waves"
git config gpg.format ssh
git config user.signingkey "$PWD/../ada.key.pub"
git config commit.gpgsign true
found ../remote.git
pwd >"$HOME/config"
