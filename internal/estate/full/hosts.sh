#!/bin/sh
# Full Debian hosts: a root folder over a shared base, an own network, pid and host
# name space, an own sshd. Only inside inside.sh.
#   hosts.sh networks             makes the two sites' bridges, 10.99.1.1 and 10.99.2.1
#   hosts.sh seed BASE KEY REPO-KEY URL
#                                 makes what all hosts have in common: who may log in,
#                                 where packages come from, acme-agent 1.0
#   hosts.sh create BASE N SITE   makes host hN of a site with its disk of $SIZE
#   hosts.sh remove N             takes it away again, when it is down
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
	echo 1 >/proc/sys/net/ipv4/ip_forward
	ip addr add 10.99.0.1/32 dev lo # the repository
	ip netns add none               # the first one prepares /run/netns: others may be added side by side
	mkfifo -m 622 /mnt/estate
}

seed() { # BASE KEY REPO-KEY URL
	s=/mnt/seed m=/mnt/seed/root
	mkdir -p "$s/upper" "$s/work" "$m"
	mount -t overlay overlay -o "lowerdir=$1,upperdir=$s/upper,workdir=$s/work" "$m"
	mkdir -p -m 700 "$m/root/.ssh" "$m/home/deploy/.ssh"
	cp "$2" "$m/root/.ssh/authorized_keys"
	cp "$2" "$m/home/deploy/.ssh/authorized_keys"
	chroot "$m" chown -R deploy: /home/deploy/.ssh
	: >"$m/etc/resolv.conf"
	cp "$3" "$m/usr/share/keyrings/acme.gpg"
	echo "deb [signed-by=/usr/share/keyrings/acme.gpg] $4 stable main" >"$m/etc/apt/sources.list"
	chroot "$m" sh -c 'apt-get -q update && apt-get -q -y install acme-agent=1.0' >/dev/null
	rm -f "$m"/var/log/dpkg.log "$m"/var/log/apt/*.log "$m"/var/cache/apt/archives/*.deb
	umount "$m"
}

create() { # BASE N SITE
	h=/mnt/hosts/h$2
	mkdir -p "$h"
	mount -t tmpfs -o "size=${SIZE:-160m},mode=755" tmpfs "$h"
	mkdir "$h/upper" "$h/work" "$h/root"
	m=$h/root
	mount -t overlay overlay -o "lowerdir=/mnt/seed/upper:$1,upperdir=$h/upper,workdir=$h/work" "$m"
	ssh-keygen -q -t ed25519 -N '' -C "h$2" -f "$m/etc/ssh/ssh_host_ed25519_key"
	printf '127.0.0.1 localhost\n127.0.1.1 h%s\n' "$2" >"$m/etc/hosts" # or sudo asks a name server that is not there
	ip netns add "h$2"
	ip link add "v$2" type veth peer name eth0 netns "h$2"
	ip link set "v$2" master "site$3" up
	ip -n "h$2" -batch - <<-EOF
		addr add 10.99.$3.$((9 + $2))/24 dev eth0
		link set lo up
		link set eth0 up
		route add default via 10.99.$3.1
	EOF
}

remove() { # N
	umount "/mnt/hosts/h$1/root" "/mnt/hosts/h$1"
	ip netns del "h$1"
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
networks | seed | create | remove | up | boot) "$verb" "$@" ;;
*)
	echo "hosts.sh: $verb?" >&2
	exit 2
	;;
esac
