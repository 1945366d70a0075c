package estate

import (
	"os"
	"path/filepath"
)

// Plain makes hosts where there is no dpkg: the folders DIR/NAME, each with a program bin/pkg that
// keeps the versions of packages as files. An ExecutorProfile calls it by steps of its own:
//
//	install:   [bin/pkg, install, acme-agent, "1.1"]
//	postcheck: [bin/pkg, check, acme-agent, "1.1"]
//
// A version of which the file broken/NAME=VERSION is there installs and then fails.
func Plain(dir string, names []string, installed map[string]string) error {
	for _, name := range names {
		root := filepath.Join(dir, name)
		if err := write(filepath.Join(root, "bin/pkg"), pkg, 0o755); err != nil {
			return err
		}
		for p, version := range installed {
			if err := write(filepath.Join(root, "packages", p), version+"\n", 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// Break lets a version fail on a plain host.
func Break(root, name, version string) error {
	return write(filepath.Join(root, "broken", name+"="+version), "", 0o644)
}

// PlainVersion reads the version of a package on a plain host; "" absent, and whether it is whole.
func PlainVersion(root, name string) (version string, whole bool) {
	b, err := os.ReadFile(filepath.Join(root, "packages", name))
	if err != nil || len(b) == 0 {
		return "", true
	}
	_, err = os.Stat(filepath.Join(root, "half", name))
	return string(b[:len(b)-1]), err != nil
}

const pkg = `#!/bin/sh
# pkg install|check|remove NAME [VERSION]: a package manager of files, for hosts without one.
set -eu
mkdir -p packages half
case $1 in
install)
	echo "$3" >"packages/$2"
	: >"half/$2"
	echo "setting up $2 ($3)"
	if [ -e "broken/$2=$3" ]; then
		echo "the service of $2 does not start" >&2
		exit 1
	fi
	rm -f "half/$2"
	;;
check)
	read -r version <"packages/$2"
	[ "$version" = "$3" ] && [ ! -e "half/$2" ]
	;;
remove) rm -f "packages/$2" "half/$2" ;;
*) exit 64 ;;
esac
`
