#!/bin/sh
# Runs a command in namespaces of its own, below one supervisor: when that dies, by
# whatever signal, all hosts, mounts and networks are gone with it. /mnt and /run are
# the estate's own inside, and no packet leaves.
#   inside.sh COMMAND [ARGUMENT...]
set -eu
if [ "${ESTATE_INSIDE:-}" != yes ]; then
	export ESTATE_INSIDE=yes
	exec unshare --mount --net --pid --uts --ipc --fork --kill-child --mount-proc "$0" "$@"
fi
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /mnt
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /mnt/tmp /mnt/hosts /mnt/boot /run/netns /run/sshd
chmod 1777 /mnt/tmp
ip link set lo up
TMPDIR=/mnt/tmp HOME=/mnt/tmp "$@" &
wait $!
