#!/bin/sh
# Makes a signed APT repository with packages that do nothing but be installed.
#   repo.sh FOLDER
# The key to trust is FOLDER/acme.gpg. Versions of acme-agent:
#   1.0 1.1 1.4  good                            1.2 its configuration fails
#   1.3      its configuration takes a minute    2.0 wants the host to restart
#   3.0      fills 80 MB
# The configuration of 1.0, 1.3 and 2.0 takes /etc/acme-agent.slow seconds where that
# file is there, and ends at once when /etc/acme-agent.go is.
set -eu
umask 022
repo=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$repo/pool" "$repo/dists/stable/main/binary-amd64"

package() { # NAME VERSION POSTINST
	d=$work/$1_$2
	mkdir -p "$d/DEBIAN" "$d/usr/share/$1"
	printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: for tests\n' "$1" "$2" >"$d/DEBIAN/control"
	printf '#!/bin/sh\nset -e\n%s\n' "$3" >"$d/DEBIAN/postinst"
	chmod 755 "$d/DEBIAN/postinst"
	echo "$2" >"$d/usr/share/$1/version"
}

build() {
	dpkg-deb --build --root-owner-group -Znone "$work/$1_$2" "$repo/pool/$1_$2_all.deb" >/dev/null
}

slow() { # SECONDS
	echo "n=0 most=\$((\$(cat /etc/acme-agent.slow 2>/dev/null || echo $1) * 10))"
	echo 'until [ "$n" -ge "$most" ] || [ -e /etc/acme-agent.go ]; do sleep 0.1; n=$((n + 1)); done'
}
for v in 1.1 1.4; do package acme-agent $v :; done
package acme-agent 1.0 "$(slow 0)"
package acme-agent 1.2 'echo "acme-agent: cannot migrate its database" >&2; exit 1'
package acme-agent 1.3 "echo 'acme-agent: migrating'; $(slow 60)"
package acme-agent 2.0 "$(slow 0)
touch /run/reboot-required"
package acme-agent 3.0 :
dd if=/dev/zero of="$work/acme-agent_3.0/usr/share/acme-agent/data" bs=1M count=80 status=none
for v in 1.0 1.1; do package acme-lib $v :; done
for d in "$work"/*/; do
	name=$(basename "$d")
	build "${name%_*}" "${name#*_}"
done

cd "$repo"
apt-ftparchive packages pool >dists/stable/main/binary-amd64/Packages
gzip -k -n dists/stable/main/binary-amd64/Packages
set --
for field in Suite=stable Codename=stable Components=main Architectures=amd64; do
	set -- "$@" -o "APT::FTPArchive::Release::$field"
done
apt-ftparchive "$@" release dists/stable >"$work/Release"
mv "$work/Release" dists/stable/Release
export GNUPGHOME="$work/gpg"
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-gen-key 'patchops test estate' ed25519 sign never 2>/dev/null
gpg --batch --quiet --clearsign -o dists/stable/InRelease dists/stable/Release
gpg --batch --quiet --export >acme.gpg
gpgconf --kill gpg-agent
chmod -R a+rX .
