#!/bin/sh
# Full Debian hosts: a root folder over a shared base, an own network, pid and host
# name space, an own sshd. Only inside inside.sh.
#   hosts.sh networks             makes the two sites' bridges, 10.99.1.1 and 10.99.2.1
#   hosts.sh create BASE KEY N SITE [REPO-KEY]
#                                 makes host hN of a site with its disk of $SIZE
#   hosts.sh up N                 boots it, with a new boot id; to kill this process is
#                                 to cut its power
set -eu
umask 022
[ "${ESTATE_INSIDE:-}" = yes ] || { echo "hosts.sh: only inside inside.sh" >&2; exit 2; }
verb=$1
shift

networks() {
	for site in 1 2; do
		ip link add "site$site" type bridge
		ip addr add "10.99.$site.1/24" dev "site$site"
		ip link set "site$site" up
	done
	mkfifo -m 622 /mnt/estate
}

create() { # BASE KEY N SITE [REPO-KEY]
	h=/mnt/hosts/h$3
	mkdir -p "$h"
	mount -t tmpfs -o "size=${SIZE:-160m},mode=755" tmpfs "$h"
	mkdir "$h/upper" "$h/work" "$h/root"
	m=$h/root
	mount -t overlay overlay -o "lowerdir=$1,upperdir=$h/upper,workdir=$h/work" "$m"
	mkdir -p -m 700 "$m/root/.ssh" "$m/home/deploy/.ssh"
	cp "$2" "$m/root/.ssh/authorized_keys"
	cp "$2" "$m/home/deploy/.ssh/authorized_keys"
	chroot "$m" chown -R deploy: /home/deploy/.ssh
	ssh-keygen -q -t ed25519 -N '' -C "h$3" -f "$m/etc/ssh/ssh_host_ed25519_key"
	printf '127.0.0.1 localhost\n127.0.1.1 h%s\n' "$3" >"$m/etc/hosts" # or sudo asks a name server that is not there
	: >"$m/etc/resolv.conf"
	if [ -n "${5:-}" ]; then
		cp "$5" "$m/usr/share/keyrings/acme.gpg"
		echo "deb [signed-by=/usr/share/keyrings/acme.gpg] http://10.99.$4.1:8080 stable main" >"$m/etc/apt/sources.list"
	fi
	ip netns add "h$3"
	ip link add "v$3" type veth peer name eth0 netns "h$3"
	ip link set "v$3" master "site$4" up
	ip -n "h$3" addr add "10.99.$4.$((9 + $3))/24" dev eth0
	ip -n "h$3" link set lo up
	ip -n "h$3" link set eth0 up
	ip -n "h$3" route add default via "10.99.$4.1"
}

up() { # N
	m=/mnt/hosts/h$1/root
	cat /proc/sys/kernel/random/uuid >"/mnt/boot/h$1"
	exec ip netns exec "h$1" unshare --pid --uts --mount --ipc --fork --kill-child "$0" boot "$1" "$m"
}

boot() { # N ROOT
	mount --make-rprivate /
	hostname "h$1"
	mount --bind /dev "$2/dev"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$2/dev/pts" 2>/dev/null || mount --bind /dev/pts "$2/dev/pts"
	mount -t proc proc "$2/proc"
	mount --bind "/mnt/boot/h$1" "$2/proc/sys/kernel/random/boot_id"
	mount -t tmpfs -o mode=755,size=16m tmpfs "$2/run"
	mkdir "$2/run/sshd" "$2/run/lock"
	: >"$2/run/estate"
	mount --bind /mnt/estate "$2/run/estate"
	exec chroot "$2" /usr/sbin/sshd -D -e -o UsePAM=no -o UseDNS=no -o PasswordAuthentication=no -o MaxStartups=100
}

case $verb in
networks | create | up | boot) "$verb" "$@" ;;
*)
	echo "hosts.sh: $verb?" >&2
	exit 2
	;;
esac
