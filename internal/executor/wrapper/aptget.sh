
# How apt is run on a host, and on a root folder.

apt_setup() {
	DPKG=$ROOT/var/lib/dpkg ARCHS="" QUIET_CONF=""
	[ -f "$DPKG/status" ] || give_up 69 "there is no dpkg database"
	export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true APT_LISTCHANGES_FRONTEND=none UCF_FORCE_CONFFOLD=1
	[ -n "$ROOT" ] || {
		architectures
		return
	}
	case $ROOT in
	*[\"\\]*) give_up 69 "the name of the root folder cannot be given to apt" ;;
	esac
	export PATH="$PATH:/usr/sbin:/sbin" APT_CONFIG="$J/apt.conf"
	[ -s "$APT_CONFIG" ] && return
	[ -d "$ROOT/var/cache/apt/archives/partial" ] ||
		mkdir -p "$ROOT/var/lib/apt/lists/partial" "$ROOT/var/cache/apt/archives/partial" "$ROOT/var/log/apt" "$ROOT/etc/apt/apt.conf.d" "$ROOT/etc/apt/preferences.d"
	apt_conf >"$APT_CONFIG"
}

# apt_conf lets apt and dpkg work on a root folder, also without being root.
apt_conf() {
	printf '%s\n' "Dir \"$ROOT/\";" "Dir::State::status \"$DPKG/status\";" "Dir::Etc::parts \"$ROOT/etc/apt/apt.conf.d\";" \
		'Dir::Bin::methods "/usr/lib/apt/methods";' 'Dir::Bin::dpkg "/usr/bin/dpkg";' 'Dir::Cache::pkgcache "";' 'Dir::Cache::srcpkgcache "";' \
		'Acquire::Languages "none";' 'APT::Sandbox::User "root";' 'APT::Cache-HashTableSize "1999";' \
		"DPkg::Options { \"--root=$ROOT\"; \"--log=$ROOT/var/log/dpkg.log\"; \"--force-script-chrootless\"; \"--force-unsafe-io\"; \"--force-not-root\"; };"
	[ -e "$DPKG/arch" ] || printf 'APT::Architectures { "%s"; };\n' "$(dpkg --print-architecture)"
}

# architectures of this host, as dpkg keeps them: apt would start it again and again to ask.
architectures() {
	if [ -s "$DPKG/arch" ]; then
		while read -r line; do ARCHS=$ARCHS${ARCHS:+,}$line; done <"$DPKG/arch"
	else # its own only
		for f in "$DPKG"/info/libc6:*.list; do ARCHS=$ARCHS${f##*:}; done
		ARCHS=${ARCHS%.list}
	fi
	case $ARCHS in
	*[!a-z0-9,-]*) ARCHS= ;;
	esac
}

# apt_get asks nothing. What apt would keep of its planning, for reports of bugs in apt, takes it
# as long as a small update.
apt_get() {
	[ -z "$ARCHS" ] || set -- -o APT::Architectures="$ARCHS" "$@"
	apt-get -q -y --no-install-recommends -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 -o Acquire::Retries=2 -o Dir::Log::Planner= \
		-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" 6>&-
}

# no_questions: debconf is not started before an installation to ask what it may not ask; each
# package asks it when it is set up, and gets the same answers. Hooks of others are kept, with it.
no_questions() {
	[ -z "$ROOT$QUIET_CONF" ] || return 0
	hooks=$(grep -his 'pre-install-pkgs\|#include\|dir.*etc' /etc/apt/apt.conf /etc/apt/apt.conf.d/* 6>&-)
	[ "$hooks" = 'DPkg::Pre-Install-Pkgs {"/usr/sbin/dpkg-preconfigure --apt || true";};' ] || return 0
	[ -s "$J/apt.conf" ] || echo '#clear DPkg::Pre-Install-Pkgs;' >"$J/apt.conf" || return 0
	QUIET_CONF=$J/apt.conf
}

# apt_add installs and removes nothing; an older version than the one that is there only on
# purpose.
apt_add() {
	[ -z "$QUIET_CONF" ] || set -- --config-file="$QUIET_CONF" "$@"
	[ "${PATCHOPS_DOWNGRADE:-}" != yes ] || set -- --allow-downgrades "$@"
	apt_get install --no-remove "$@"
}
