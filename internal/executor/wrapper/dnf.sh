
# The built-in steps of dnf (and yum). Versions are [EPOCH:]VERSION-RELEASE.

dnf_setup() {
	DNF=dnf
	command -v dnf >/dev/null || DNF=yum
	command -v rpm >/dev/null || give_up 69 "there is no rpm"
}

dnf_here() {
	if [ -n "$ROOT" ]; then set -- --installroot="$ROOT" "$@"; fi
	"$DNF" -y -q --setopt=install_weak_deps=False "$@" 6>&-
}

rpm_here() {
	if [ -n "$ROOT" ]; then set -- --root="$ROOT" "$@"; fi
	rpm "$@" 6>&-
}

# rpm_specs turns NAME=VERSION into dnf's NAME-VERSION.
rpm_specs() {
	for spec; do
		[ -z "${spec#*=}" ] || printf '%s-%s ' "${spec%%=*}" "${spec#*=}"
	done
}

# rpm_installed fills INSTALLED with lines NAME VERSION STATE; the epoch is there unless it is 0.
rpm_installed() {
	names=
	for spec; do names="$names ${spec%%=*}"; done
	# shellcheck disable=SC2086 # names are plain
	all=$(rpm_here -q --qf '%{NAME} %{EPOCHNUM}:%{VERSION}-%{RELEASE} %{ARCH}\n' $names 2>/dev/null)
	INSTALLED=
	while read -r n v _; do
		case $v in
		0:*) v=${v#0:} ;;
		[0-9]*:*) ;;
		*) continue ;; # "package x is not installed"
		esac
		INSTALLED="$INSTALLED$n $v ii$NL"
	done <<-END
		$all
	END
}

# rpm_same compares as same does; an epoch of 0 is none.
rpm_same() {
	for spec; do
		shift
		case $spec in
		*=0:*) set -- "$@" "${spec%%=*}=${spec#*=0:}" ;;
		*) set -- "$@" "$spec" ;;
		esac
	done
	rpm_installed "$@"
	same "$@"
}

dnf_precheck() {
	disk || give_up 28 "only $free KiB are free on var"
	if rpm_reboot; then note "fact reboot-required - yes -"; else note "fact reboot-required - no -"; fi
}

# rpm_reboot reports whether a reboot is needed, where the host can tell.
rpm_reboot() {
	[ -z "$ROOT" ] || { [ -e "$ROOT/run/reboot-required" ] && return; return 1; }
	command -v needs-restarting >/dev/null || return 1
	needs-restarting -r >/dev/null 2>&1 6>&-
	[ $? = 1 ]
}

dnf_snapshot() {
	rpm_installed "$@"
	for spec; do
		state_of "${spec%%=*}"
		note "before ${spec%%=*} ${VERSION:--}" || give_up 74 "what was there before cannot be written down"
	done
	if rpm_same "$@"; then note "fact already - yes -"; fi
}

dnf_stage() {
	newer "$@" || return
	# shellcheck disable=SC2046 # specs are plain
	set -- $(rpm_specs "$@")
	dnf_here install --downloadonly "$@" || dnf_here --refresh install --downloadonly "$@"
}

# newer: an older version than the one that is there is installed only on purpose; dnf would.
newer() {
	[ "${PATCHOPS_DOWNGRADE:-}" != yes ] || return 0
	rpm_installed "$@"
	for spec; do
		state_of "${spec%%=*}"
		[ -n "$VERSION" ] && [ "$VERSION" != "${spec#*=}" ] || continue
		wanted=${spec#*=} back=$(rpm --eval "%{lua:print(rpm.vercmp('$VERSION', '${spec#*=}'))}" 6>&-)
		[ "$back" != 1 ] || give_up 1 "${spec%%=*} is at $VERSION already, newer than $wanted"
	done
}

dnf_install() {
	newer "$@" || return
	wanted=$*
	# shellcheck disable=SC2046
	dnf_scan install $(rpm_specs "$@")
	code=$?
	if rpm_reboot; then note reboot; fi
	# shellcheck disable=SC2086
	rpm_same $wanted || { [ $code != 0 ] || code=1; give_up $code "$WRONG"; }
	[ $code = 0 ] || give_up $code "a script of the packages failed, or dnf did"
}

# dnf_scan runs dnf and shows what it prints; rpm tells of a failed script only there.
dnf_scan() {
	failed=0
	{ dnf_here "$@" 2>&1; printf 'patchops-exit %s\n' $?; } | {
		while IFS= read -r line; do
			case $line in
			*scriptlet\ failed* | *Error\ in\ *scriptlet*) failed=1 ;;
			'patchops-exit '*) code=${line#patchops-exit } && continue ;;
			esac
			printf '%s\n' "$line"
		done
		[ "$code" != 0 ] || [ $failed = 0 ] || code=1
		number "$code" && exit "$code"
		exit 1
	}
}

dnf_verify() {
	if rpm_reboot; then note reboot; fi
	rpm_same "$@" || give_up 1 "$WRONG"
}

dnf_cleanup() {
	dnf_here clean packages || return
	disk || :
	n=0
	for f in "$ROOT"/etc/*.rpmnew "$ROOT"/etc/*/*.rpmnew; do [ ! -e "$f" ] || n=$((n + 1)); done
	note "fact residue config $n -"
	prune
}

dnf_rollback() {
	[ $# -gt 0 ] || give_up 64 "nothing is known of what was there before"
	wanted=$*
	for spec; do
		[ -z "${spec#*=}" ] || continue
		rpm_installed "$spec"
		[ -z "$INSTALLED" ] || rpm_here -e "${spec%%=*}" || :
	done
	# shellcheck disable=SC2046
	set -- $(rpm_specs "$@")
	[ $# = 0 ] || dnf_here install --allowerasing "$@" || dnf_here downgrade "$@"
	# shellcheck disable=SC2086
	rpm_same $wanted || give_up 1 "$WRONG"
}

case ${1:-} in
step)
	REFUSED=70
	setup "$2"
	shift 2
	builtin_step "$@"
	exit
	;;
esac
