#!/usr/bin/env bash
# The end-to-end stage: full Debian hosts, each with a root folder, network, process
# space and sshd of its own, a signed APT repository, patchops and Ansible. All of it
# runs in namespaces below one supervisor and is gone with it. It needs root (or the
# right to be root), namespaces and Debian's tools; where it cannot run it says so and
# ends well, unless E2E=must.
#   internal/e2e.sh [ARGUMENT OF go test...]
set -euo pipefail
cd "$(dirname "$0")/.."

cannot() {
	echo "e2e: cannot run here: $*" >&2
	[ "${E2E:-}" != must ] || exit 1
	exit 0
}

[ "$(uname -s)" = Linux ] || cannot "it needs Linux"
[ "$(id -u)" -eq 0 ] || cannot "it needs root: full hosts have their own namespaces and mounts"
missing=()
for tool in mmdebstrap apt-ftparchive dpkg-deb gpg ip ssh-keygen unshare ansible-playbook; do
	command -v "$tool" >/dev/null || missing+=("$tool")
done
[ "${#missing[@]}" -eq 0 ] || cannot "missing: ${missing[*]}: apt-get install -y --no-install-recommends mmdebstrap apt-utils dpkg-dev gnupg openssh-client iproute2 ansible-core ansible"
unshare --mount --net --pid --fork sh -c 'mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w /mnt/l /mnt/m &&
	mount -t overlay overlay -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w /mnt/m && ip link add site0 type bridge' 2>/dev/null ||
	cannot "no namespaces, overlay mounts or bridges here"

ESTATE_BASE=$(internal/estate/full/base.sh "${ESTATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/patchops-estate}") || cannot "no base root: is a Debian mirror reachable?"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/patchops" ./cmd/patchops
go test -c -o "$work/e2e.test" ./internal/e2e
go test -c -o "$work/executor.test" ./internal/executor
export ESTATE_BASE PATCHOPS_BIN=$work/patchops
shown() { grep --line-buffered -Ev '^=== (RUN|PAUSE|CONT)' || true; }

# The real Ansible beside it: both wait more than they work.
ansible='^TestAnsible(ForReal|ThatStartsSlowly|CutOff|ConformsForReal)$'
[ "$#" -eq 0 ] || ansible='^$'
(cd internal/executor && PATCHOPS_E2E=${PATCHOPS_E2E:-1} "$work/executor.test" -test.v -test.timeout=30m -test.run "$ansible" >"$work/ansible.log" 2>&1) &
ansible=$!
cd internal/e2e
status=0
../estate/full/inside.sh "$work/e2e.test" -test.v -test.parallel=16 -test.timeout=30m "$@" | shown || status=$?
wait "$ansible" || status=$?
shown <"$work/ansible.log"
exit "$status"
