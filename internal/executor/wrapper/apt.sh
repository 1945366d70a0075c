
# The built-in steps of apt. Arguments are NAME=VERSION; a version that is not there means that
# the package is to be absent. What they note goes to descriptor 6, which no command inherits.

builtin_step() { # KEY NAME ARGS...
	F=$J/$1 name=$2
	shift 2
	exec 6>>"$F.facts"
	umask 022
	for spec; do
		case $spec in
		[A-Za-z0-9]*=*) ;;
		*) give_up 64 "an argument is not NAME=VERSION" ;;
		esac
		plain "${spec%%=*}" || give_up 64 "a package name is not plain"
		[ -z "${spec#*=}" ] || plain "${spec#*=}" || give_up 64 "a version is not plain"
	done
	case $name in
	apt/*) apt_setup ;;
	dnf/* | yum/*) dnf_setup ;;
	esac
	case $name in
	apt/precheck) apt_precheck "$@" ;;
	apt/snapshot) apt_snapshot "$@" ;;
	apt/stage) apt_stage "$@" ;;
	apt/install) apt_install "$@" ;;
	apt/postcheck) apt_verify "$@" ;;
	apt/cleanup) apt_cleanup "$@" ;;
	apt/rollback) apt_rollback "$@" ;;
	dnf/precheck | yum/precheck) dnf_precheck "$@" ;;
	dnf/snapshot | yum/snapshot) dnf_snapshot "$@" ;;
	dnf/stage | yum/stage) dnf_stage "$@" ;;
	dnf/install | yum/install) dnf_install "$@" ;;
	dnf/postcheck | yum/postcheck) dnf_verify "$@" ;;
	dnf/cleanup | yum/cleanup) dnf_cleanup ;;
	dnf/rollback | yum/rollback) dnf_rollback "$@" ;;
	apt/reboot | dnf/reboot | yum/reboot) reboot_now ;;
	*) give_up 64 "there is no built-in step of this name" ;;
	esac
}

# prune forgets outputs after a while; what was done is never forgotten.
prune() {
	n=0
	for f in "$J"/*.out; do
		n=$((n + 1))
	done
	[ "$n" -lt 100 ] || find "$J" -maxdepth 1 \( -name '*.out' -o -name '*.tail' -o -name '*.log' \) -mtime +90 -delete 6>&- || :
}

note() { printf '%s\n' "$*" >&6; }

give_up() { # CODE WHY
	note "why $2"
	printf 'patchops: %s\n' "$2"
	exit "$1"
}

note_package() { # NAME VERSION STATE
	note "fact package $1 ${2:--} ${3:--}"
}

# disk notes what is free on var; it is not content with less than 64 MiB.
disk() { # [FOLDER]
	free=0
	while read -r _ _ _ kib _; do free=$kib; done <<-END
		$(df -Pk "${1:-$ROOT/var}" 6>&-)
	END
	number "$free" || free=0
	note "fact disk-free - $free -"
	[ "$free" -ge "${PATCHOPS_MIN_FREE_KIB:-65536}" ]
}

reboot_now() {
	[ -z "$ROOT" ] || return 0
	if command -v systemctl >/dev/null; then systemctl --no-block reboot 6>&-; else shutdown -r now 6>&-; fi
}

reboot_flag() { # of Debian
	[ ! -e "$ROOT/run/reboot-required" ] || note reboot
	reboot_fact
}

reboot_fact() {
	if [ -e "$ROOT/run/reboot-required" ]; then note "fact reboot-required - yes -"; else note "fact reboot-required - no -"; fi
}

dpkg_here() {
	if [ -n "$ROOT" ]; then
		set -- --root="$ROOT" --log="$ROOT/var/log/dpkg.log" --force-script-chrootless --force-unsafe-io --force-not-root "$@"
	fi
	dpkg --force-confdef --force-confold "$@" 6>&-
}

# installed fills INSTALLED with lines NAME VERSION STATE of the named packages.
installed() {
	names=
	for spec; do
		case $spec in -*) ;; *) names="$names ${spec%%=*}" ;; esac
	done
	# shellcheck disable=SC2086 # names are plain
	INSTALLED=$(dpkg-query --admindir="$DPKG" -W -f '${Package} ${Version} ${db:Status-Abbrev}\n' $names 2>/dev/null 6>&-)
}

# state_of finds a package in INSTALLED: VERSION is empty where it is absent.
state_of() { # NAME
	VERSION='' STATE=absent
	while read -r n v s; do
		[ "$n" = "${1%%:*}" ] || continue
		case $s in
		?[nc]) STATE=$s ;; # never there, or only its configuration is
		*) VERSION=$v STATE=$s ;;
		esac
	done <<-END
		$INSTALLED
	END
}

# same reports whether all packages are exactly as asked, and notes how they are.
same() {
	all=0
	for spec; do
		case $spec in -*) continue ;; esac
		state_of "${spec%%=*}"
		note_package "${spec%%=*}" "$VERSION" "$STATE"
		case $NL$INSTALLED in
		*"$NL${spec%%=*} ${spec#*=} ii$NL"*) [ -z "${DNF:-}" ] || continue ;; # one of several kernels
		esac
		[ "$VERSION" = "${spec#*=}" ] || { all=1 && say_wrong "${spec%%=*}" "$VERSION" "${spec#*=}"; }
		case $STATE in
		ii | hi | absent | ?[nc]) ;;
		*) all=1 && WRONG="${spec%%=*} is in state $STATE (not configured), ii wanted" ;;
		esac
	done
	return $all
}

say_wrong() { WRONG="$1 is at ${2:-no version}, ${3:-no version} wanted"; }

apt_precheck() {
	command -v apt-get >/dev/null || give_up 69 "there is no apt-get"
	disk || give_up 28 "only $free KiB are free on var"
	dpkg_lock
	reboot_fact
}

# dpkg_lock waits a little for another apt or dpkg to end.
dpkg_lock() {
	[ -e "$DPKG/lock-frontend" ] || return 0
	inode_of "$DPKG/lock-frontend"
	inode=$REPLY
	n=0
	while locked "$inode"; do
		n=$((n + 1))
		[ "$n" -lt "${PATCHOPS_LOCK_WAIT:-30}" ] || give_up 11 "dpkg is locked by process $LOCKER"
		sleep 1
	done
}

# inode_of asks the kernel, and stat only where it is too old to say.
inode_of() { # FILE
	while read -r word REPLY; do
		[ "$word" != ino: ] || return 0
	done 5<"$1" </proc/self/fdinfo/5
	REPLY=$(stat -c %i "$1" 6>&-)
}

locked() { # INODE; /proc/locks says which process holds what
	while read -r _ _ _ _ LOCKER where _; do
		[ "${where##*:}" != "$1" ] || return 0
	done </proc/locks
	return 1
}

apt_snapshot() {
	installed "$@"
	for spec; do
		state_of "${spec%%=*}"
		note "before ${spec%%=*} ${VERSION:--}" || give_up 74 "what was there before cannot be written down"
	done
	if same "$@"; then note "fact already - yes -"; fi
}

# apt_stage downloads; the lists are read anew only where the versions are not known or gone.
apt_stage() {
	apt_download "$@" && return
	[ "$code" != 28 ] || return 28
	apt_get update || return
	apt_download "$@"
}

# apt_download shows what apt prints, and reads in it how much space the installation takes.
apt_download() {
	{
		apt_add --download-only "$@"
		echo "patchops-exit $?"
	} | {
		needs=0 code=1
		while IFS= read -r line; do
			case $line in
			'patchops-exit '*) code=${line#patchops-exit } && continue ;;
			'After this operation, '*' MB of additional disk space will be used.') needs=1024 ;;
			'After this operation, '*' GB of additional disk space will be used.') needs=1048576 ;;
			esac
			printf '%s\n' "$line"
			[ "$needs" = 0 ] || [ -n "${space:-}" ] || { space=${line#After this operation, } && space=${space%%[., ]*}; }
		done
		number "$code" || code=1
		[ "$needs" = 0 ] || [ "$code" != 0 ] || room $((space * needs))
		exit "$code"
	}
	code=$?
	return $code
}

# room fails where less is free than an installation takes.
room() { # KIB
	at=${ROOT:-/}/usr
	[ -d "$at" ] || at=${ROOT:-/}
	PATCHOPS_MIN_FREE_KIB=$1 disk "$at" || give_up 28 "$1 KiB are needed, $free KiB are free on usr"
}


apt_install() {
	interrupted_dpkg
	apt_exactly "$@"
	code=$?
	reboot_flag
	[ -n "$WRONG" ] || return $code
	[ $code != 0 ] || code=1
	give_up $code "$WRONG"
}

# apt_exactly installs, and looks at what is there then: WRONG says what is not as asked. apt takes
# its cache as valid when dpkg changed within the same second, and does nothing: once more then.
apt_exactly() {
	no_questions
	apt_add "$@"
	code=$? WRONG=""
	installed "$@"
	same "$@" && return $code
	[ $code = 0 ] && [ -z "${AGAIN:-}" ] || return $code
	AGAIN=1
	sleep 1
	apt_exactly "$@"
}

# interrupted_dpkg lets dpkg take in what a killed one left of its journal, without running any
# script: apt refuses to do anything before.
interrupted_dpkg() {
	for f in "$DPKG"/updates/[0-9]*; do
		[ ! -e "$f" ] || dpkg_here --set-selections </dev/null || :
		return 0
	done
}

apt_verify() {
	installed "$@"
	reboot_flag
	same "$@" || give_up 1 "$WRONG"
}

# apt_cleanup keeps the packages of this session, as what the next one may have to go back to:
# mirrors drop superseded versions. All else that was downloaded goes.
apt_cleanup() { # NAME=VERSION...
	for spec; do
		for f in "$ROOT/var/cache/apt/archives/${spec%%=*}"_*.deb; do
			[ ! -e "$f" ] || keep_deb "${spec%%=*}" "$f"
		done
	done
	for f in "$ROOT"/var/cache/apt/archives/*.deb; do
		[ ! -e "$f" ] || rm -f "$ROOT"/var/cache/apt/archives/*.deb
		break
	done
	disk || :
	n=0
	for f in "$ROOT"/etc/*.dpkg-dist "$ROOT"/etc/*/*.dpkg-dist; do [ ! -e "$f" ] || n=$((n + 1)); done
	note "fact residue config $n -"
	prune
}

keep_deb() { # NAME FILE
	for old in "$J/debs/$1"_*.deb; do
		[ ! -e "$old" ] || rm -f "$J/debs/$1"_*.deb
		break
	done
	mv "$2" "$J/debs/"
}

# apt_rollback installs what was there before, and purges what was not.
apt_rollback() {
	[ $# -gt 0 ] || give_up 64 "nothing is known of what was there before"
	wanted=$*
	interrupted_dpkg
	for spec; do
		shift
		if [ -n "${spec#*=}" ]; then set -- "$@" "$spec"; else dpkg_purge "${spec%%=*}" || :; fi
	done
	[ $# = 0 ] || apt_back "$@" || debs_back "$@"
	# shellcheck disable=SC2086 # plain
	set -- $wanted
	installed "$@"
	same "$@" || give_up 1 "$WRONG"
}

apt_back() {
	export PATCHOPS_DOWNGRADE=yes
	apt_exactly "$@" && [ -z "$WRONG" ] && return
	apt_get update
	apt_exactly --fix-broken "$@"
}

# debs_back uses the packages that this host kept.
debs_back() {
	for spec; do
		shift
		find_deb "${spec%%=*}" "${spec#*=}" || return
		set -- "$@" "$REPLY"
	done
	dpkg_here --install "$@" || dpkg_here --install --force-remove-reinstreq "$@"
}

find_deb() { # NAME VERSION
	for f in "$J/debs/$1"_*.deb "$ROOT/var/cache/apt/archives/$1"_*.deb; do
		REPLY=$f
		[ -e "$f" ] && [ "$(dpkg-deb -f "$f" Version 6>&-)" = "$2" ] && return
	done
	note "why $1 $2 is neither in a repository nor kept here"
	return 1
}

dpkg_purge() { # NAME
	installed "$1"
	state_of "$1"
	[ -z "$VERSION" ] || dpkg_here --purge "$1" || dpkg_here --purge --force-remove-reinstreq "$1"
}

# What follows is not read for a step of apt: a host reads the script anew for each.
case ${1:-}\ ${4:-} in
step\ apt/*)
	REFUSED=70
	setup "$2"
	shift 2
	builtin_step "$@"
	exit
	;;
esac
