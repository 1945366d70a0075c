#!/usr/bin/env bash
# Times the same package update on full Debian hosts by patchops and by plain
# ansible-playbook, side by side. HOSTS and ROUNDS may be set. It needs what
# internal/e2e.sh needs, and says so where that is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
for tool in mmdebstrap unshare ip ansible-playbook; do
	command -v "$tool" >/dev/null && [ "$(id -u)" -eq 0 ] || {
		echo "hosts: cannot run here: it needs root, namespaces and $tool (see internal/e2e.sh)"
		exit 0
	}
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/hostbench" ./internal/generate/cmd/hostbench
ESTATE_BASE=$(internal/estate/full/base.sh "${ESTATE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/patchops-estate}")
export ESTATE_BASE
if [ -w /sys/fs/cgroup/cpuacct ]; then # what the hosts use counts too
	export HOSTBENCH_CPUACCT=/sys/fs/cgroup/cpuacct/patchops-$$
	mkdir "$HOSTBENCH_CPUACCT"
	trap 'rm -rf "$work"; rmdir "$HOSTBENCH_CPUACCT" 2>/dev/null || true' EXIT
	(echo "$BASHPID" >"$HOSTBENCH_CPUACCT/cgroup.procs" && exec internal/estate/full/inside.sh "$work/hostbench" -hosts "${HOSTS:-50}" -rounds "${ROUNDS:-3}")
	exit
fi
internal/estate/full/inside.sh "$work/hostbench" -hosts "${HOSTS:-50}" -rounds "${ROUNDS:-3}"
