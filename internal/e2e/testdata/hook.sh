#!/bin/sh
# Both hooks of the remote. A file trap holds WHEN and a regular expression of a record:
# when such a one comes in (pre) or is in (post), the controller that pushes is killed with
# signal 9. Before, the push is refused, too: nobody ever sees the record. Afterwards it is
# in, and nobody is told. The file is then sprung.
when=${0##*/}
when=${when%-receive}
[ -e trap ] || exit 0
read -r at record <./trap
[ "$at" = "$when" ] || exit 0
none=$(git hash-object -t tree /dev/null)
while read -r old new ref; do
	case $ref in refs/heads/patchops/log/*) ;; *) continue ;; esac
	case $old in *[!0]*) ;; *) old=$none ;; esac
	if git diff "$old" "$new" -- seg | grep -Eq "^\+\{.*$record"; then
		read -r pid <controller
		mv trap sprung
		kill -9 "$pid"
		exit 1
	fi
done
