# The managed-service provider's repository of patchops init --example msp, with hosts that
# are folders of this machine: a remote, a clone in plans/ with a root of trust, and a key
# NAME.key for those who act. Technicians' work stays theirs.
set -e
. "${0%/*}/found.sh"
people='jonas ethan priya mira lukas tom aylin sofia'
keys_of $people
patchops init --quiet --example msp plans
cd plans
sed -i 's|forge: {type: github, repository: nordwind/patches}|forge: {type: git}|' patchops.yaml
for p in $people; do
	awk -v name="$p" -v key="$(cut -d' ' -f1,2 ../$p.key.pub) $p" '
		$1 == "name:" { mine = $2 == name }
		mine && /- ssh-ed25519/ { sub(/ssh-ed25519.*/, key); mine = 0 }
		{ print }' rules/people.yaml >people.new
	mv people.new rules/people.yaml
done
# Every profile that is not a technician's runs ./agent in the host's folder.
awk '$1 == "name:" { n = $2 } $1 == "type:" { print n, $2 }' rules/profiles.yaml >../profiles
: >profiles.new
while read -r name type; do
	if [ "$type" = manual ]; then
		how='  type: manual
  manual: {instructions: [Install what the task says.]}'
	else
		how='  type: local
  steps:
    install: {run: [./agent, update], timeout: PT1M}
    rollback: {run: [./agent, back], timeout: PT1M}'
	fi
	cat >>profiles.new <<EOF
---
apiVersion: patchops.dev/v1alpha1
kind: ExecutorProfile
metadata:
  name: $name
spec:
$how
  idempotency: journal
  estimate: {install: PT10M, reboot: PT5M, postcheck: PT5M, recoveryReserve: PT20M}
EOF
done <../profiles
mv profiles.new rules/profiles.yaml
for c in clients/*; do
	for host in $(grep -ho '{name: [a-z0-9-]*' $c/assets*.yaml | cut -d' ' -f2; cat $c/assets/*.csv 2>/dev/null | cut -d, -f1 | grep -v '^name$'); do
		mkdir -p ../hosts/"${c#clients/}/$host"
		cp "$LIB/agent" ../hosts/"${c#clients/}/$host/agent"
	done
done
found jonas email portal
