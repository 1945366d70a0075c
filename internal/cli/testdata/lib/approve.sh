# Look at a change, then sign what was seen: approve.sh CHANGE PERSON.
set -e
digest=$(patchops approve "$1" --key "../$2.key" 2>/dev/null | sed -n 's/^effect \(sha256:[0-9a-f]*\).*/\1/p')
patchops approve "$1" --key "../$2.key" --effect "$digest"
