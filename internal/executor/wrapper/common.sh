# The wrapper: what carries a task out on a host, and remembers that it did.
# POSIX sh with coreutils and util-linux; no eval; nothing that a host or a task says is
# ever read as a command. Usage: sh wrapper begin|probe|stop|follow [ROOT] <request

# The journal is in $J: KEY.request is the intent, KEY.outcome the outcome, fence.N the
# highest fence seen, lock the host lock: whatever runs for a task inherits it (descriptor 9).

set -u
LC_ALL=C
export LC_ALL
umask 077
IFS=' '
NL='
'
REFUSED=0 # the exit status of a refusal: a step that refuses has failed

setup() { # ROOT
	ROOT=$1
	J=$ROOT/var/lib/patchops
	if [ -z "$ROOT" ]; then
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		HOME=/root
		export PATH HOME
	fi
	for dir in "$ROOT/var" "$ROOT/var/lib" "$J"; do
		[ -n "$ROOT" ] && [ -L "$dir" ] && refuse MALFORMED "$dir is a symlink, wanted a folder of this host"
	done
	for file in lock boot apt.conf debs; do
		[ ! -L "$J/$file" ] || refuse JOURNAL "$J/$file is a symlink, wanted a file of the journal"
	done
	[ -d "$J/debs" ] || journal_folder 2>/dev/null || refuse JOURNAL "the journal $J cannot be made: run as root, or through sudo"
	[ -O "$J" ] || refuse JOURNAL "the journal $J belongs to somebody else"
}

journal_folder() {
	[ ! -d "$J" ] || chmod 700 "$J" || return
	mkdir -p "$J/debs" # mode 700, as everything here
}

# say answers on the connection; refuse ends there.
say() { printf '%s\n' "$*" 2>/dev/null; }

refuse() { # WHY TEXT
	[ -n "${F:-}" ] || say "patchops-answer 1 -"
	say "state refused"
	say "why $1"
	say "text $2"
	[ -z "${RAISED:-}" ] || fence_kept
	if [ "$1" = KEY ] && has_outcome; then show_outcome; fi
	say end
	exit "$REFUSED"
}

now() { NOW=$(date +%s); }

# uptime: hundredths of a second since the boot, whatever happens to the clock.
uptime() {
	read -r UP _ </proc/uptime
	UP=${UP%.*}${UP#*.}
	while [ "${UP#0?}" != "$UP" ]; do UP=${UP#0}; done
}

# boot_id: of the running system; a root folder has one of its own.
boot_id() {
	BOOT=unknown
	if [ -n "$ROOT" ]; then
		[ ! -r "$J/boot" ] || read -r BOOT <"$J/boot" || :
	else
		read -r BOOT </proc/sys/kernel/random/boot_id || :
	fi
}

number() { # a decimal number without leading zeros that sh can compute with
	case $1 in
	0) return 0 ;;
	'' | *[!0-9]* | 0* | ????????????????*) return 1 ;;
	esac
}

plain() { # letters, digits and . _ : + ~ / -
	case $1 in
	'' | *[!A-Za-z0-9._:+~/-]*) return 1 ;;
	esac
}

