#!/bin/sh
# A repository with one client whose hosts are folders of this machine, and a plan that
# brings acme-agent 1.1 onto all of them in one wave, at any time of the day. Its remote is
# served by git daemon. What is in it when the root of trust is made is authorised by it.
#   office.sh PATCHOPS HOSTS REMOTE FAILURES
# It is read after estate.Office. A wave has never more hosts in flight than the failures
# that it bears, plus one.
set -eu
patchops=$1 hosts=$2 remote=$3 failures=$4
git init --quiet --bare --initial-branch=main remote.git
ssh-keygen -q -t ed25519 -N '' -C owner -f "$HOME/.ssh/id_ed25519"
"$patchops" init --quiet plans
cd plans
people
rm -f clients/acme/ha.yaml schemas/own.cue
seq -f '{name: host-%.0f, profile: local-apt}' 0 "$((hosts - 1))" | assets >clients/acme/assets.yaml
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
update 1.1 "[{name: all, percent: 100, maxFailures: $failures}]"
found "$remote"
