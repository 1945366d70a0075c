# What office.sh and msp.sh have in common; they are read with `.` in the folder above plans/.

# keys_of NAME...: a bare remote, and a key NAME.key for each; the owner's is in $HOME.
keys_of() {
	git init --quiet --bare --initial-branch=main remote.git
	for p in "$@"; do
		ssh-keygen -q -t ed25519 -N '' -C "$p" -f "$p.key"
	done
	mkdir -p "$HOME/.ssh"
	ssh-keygen -q -t ed25519 -N '' -C owner -f "$HOME/.ssh/id_ed25519"
}

# found NAME CHANNELS: what is in plans/ is committed, pushed, and authorised by a root of
# trust; NAME signs commits from now on. Notices by these channels become files here.
found() {
	git add --all
	git commit --quiet --no-gpg-sign -m start
	git remote add origin ../remote.git
	git push --quiet origin main
	git config gpg.format ssh
	git config user.signingkey "$PWD/../$1.key.pub"
	git config commit.gpgsign true
	patchops trust init --quiet >/dev/null
	cd "$HOME"/.config/patchops/*/
	mkdir -m 700 "$HOME/mail"
	shift
	comma=
	for channel in "$@"; do
		printf '%s"%s": {"folder": "%s/mail"}' "$comma" "$channel" "$HOME"
		comma=', '
	done | sed 's/.*/{&}/' >notify.json
	chmod 600 notify.json
}
