# An office of four people and its repository, the one that patchops init writes, with
# hosts that are folders of this machine and get a new version of demo-agent: a remote,
# a clone in plans/ with a root of trust, and everybody's key as NAME.key. What is in the
# repository when the root is made is authorised by it. All times are of CLOCK.
set -e
. "${0%/*}/found.sh"
keys_of ada ben dana erin
patchops init --quiet plans
cd plans
for p in ada ben dana erin; do
	sed -i "s|ssh-ed25519 [^ ]* $p\$|$(cut -d' ' -f1,2 ../$p.key.pub) $p|" rules/people.yaml
done
cat >rules/profiles.yaml <<'EOF'
apiVersion: patchops.dev/v1alpha1
kind: ExecutorProfile
metadata:
  name: debian-apt
spec:
  type: local
  package: apt
  idempotency: journal
  estimate: {install: PT10M, reboot: PT5M, postcheck: PT5M, recoveryReserve: PT15M}
EOF
# The patch is of demo-agent 1.1 now.
sed -i -e 's|{name: openssl, version: 3.0.15-1~deb12u1, scheme: deb}|{name: demo-agent, version: "1.1", scheme: deb}|' -e '/{name: libssl3,/d' catalog/patches.yaml
if [ -f ../edit.sh ]; then
	. ../edit.sh
fi
found ada email
