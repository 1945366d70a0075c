package executor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
)

// waits is the step that stands for the playbook in the wrapper's eyes: it lasts until
// the end of the playbook is told, and ends as that did.
const waits = `f=$PATCHOPS_ROOT/var/lib/patchops/$PATCHOPS_KEY.end
until [ -s "$f" ]; do sleep 0.2; done
read -r code <"$f"
case $code in [0-9]|[0-9][0-9]) exit "$code" ;; esac
exit 1`

// withoutPlaybook is the task as the wrapper gets it.
func withoutPlaybook(t dispatch.Task) dispatch.Task {
	t.Steps = slices.Clone(t.Steps)
	for i, s := range t.Steps {
		if s.Builtin == Playbook {
			s.Builtin, s.Run, s.Env = "", []string{"/bin/sh", "-c", waits}, nil
			t.Steps[i] = s
		}
	}
	return t
}

// wrapped reports whether the wrapper has anything to do with the task.
func wrapped(t dispatch.Task) bool {
	return t.Target.Journal || slices.ContainsFunc(t.Steps, func(s dispatch.Step) bool { return s.Builtin != Playbook })
}

// Ends of a text within a script: no line of the wrapper or of a request is one.
const (
	wrapperEnd = "PATCHOPS-END-OF-WRAPPER"
	requestEnd = "PATCHOPS-END-OF-REQUEST"
)

// script is one script that installs the wrapper where it is missing, and does with it
// what then says; the request is what the function request prints.
func (x *Ansible) script(t dispatch.Task, then string) (string, error) {
	t.Now = x.o.Now().Unix()
	request, err := Request(withoutPlaybook(t))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "set -u\nroot=%s\nkey=%s\nj=$root/var/lib/patchops\nw=$j/bin/%s\n", quote(x.o.Root), quote(t.Key), WrapperSum)
	fmt.Fprintf(&b, "if [ ! -r \"$w\" ]; then\numask 077\nmkdir -p \"${w%%/*}\" && cat >\"$w.$$\" <<'%s' && sync \"$w.$$\" && mv -f \"$w.$$\" \"$w\" || { %s; exit 97; }\n%s%s\nfi\n",
		wrapperEnd, unwritten, Wrapper, wrapperEnd)
	// Until it is there the script may have waited for long: how far clocks are apart was asked before.
	head, rest, _ := strings.Cut(string(request), fmt.Sprintf("\nnow %d\n", t.Now))
	fmt.Fprintf(&b, "sent=${1:-%d}\n%srequest() {\ncat <<'%s'\n%s\n%s\necho \"now $sent\"\ncat <<'%s'\n%s%s\n}\n%s", t.Now, sendsNow, requestEnd, head, requestEnd, requestEnd, rest, requestEnd, then)
	return b.String(), nil
}

// sendsNow reads our clock off the host's: apart is the least by which the two can be apart,
// if ours said $1 before the host's said $2, and $3 after that.
const sendsNow = `if [ $# -eq 3 ]; then
apart=0
[ "$2" -le "$3" ] || apart=$(($2 - $3))
[ "$2" -ge "$1" ] || apart=$(($2 - $1))
sent=$(($(date +%s) - apart))
fi
`

// unwritten is the wrapper's answer where it cannot be put.
const unwritten = `printf '%s\n' 'patchops-answer 1 -' 'state refused' 'why JOURNAL' 'text the wrapper cannot be put there: no space, read-only, or not root' end`

// asks puts one question and prints its answer.
func asks(verb string) string { return "request | sh \"$w\" " + verb + " \"$root\"\n" }

// holds begins a task, and ends well when its steps before the playbook did: the task
// then waits. Else the answer is there, and the playbook is not for this host.
const holds = `p=$(mktemp -u "$j/hold.XXXXXX") && mkfifo -m 600 "$p" || { ` + unwritten + `; exit 97; }
request | sh "$w" begin "$root" >"$p" 2>/dev/null &
exec <"$p"
rm -f "$p"
while IFS= read -r line; do
	printf '%s\n' "$line"
	[ "$line" != "step install" ] || exit 0
done
exit 98
`

// tells says how the playbook ended, and prints what came of the task.
func tells(code int) string {
	return fmt.Sprintf("echo %d >\"$j/$key.end.$$\" && sync \"$j/$key.end.$$\" && mv -f \"$j/$key.end.$$\" \"$j/$key.end\" || exit 97\n", code) + asks(VerbFollow)
}

// verbCut is a probe that also ends a wait for a playbook which nobody runs any more,
// and cutOff how the playbook ended then.
const (
	verbCut = "cut"
	cutOff  = 75
)

// cuts ends the wait if the task was begun under a lower fence than below: whoever did
// so has lost the lease, and its playbooks with it.
func cuts(below int64) string {
	return fmt.Sprintf("n=0\nwhile read -r word n; do [ \"$word\" != fence ] || break; done <\"$j/$key.request\"\n"+
		"case $n in ''|*[!0-9]*) n=0 ;; esac\nif [ \"$n\" -lt %d ]; then\n%selse\n%sfi\n", below, tells(cutOff), asks(VerbProbe))
}

// versions asks the package manager for exact versions, where there is no journal.
func versions(t dispatch.Task) (string, error) {
	var b strings.Builder
	for _, p := range t.Packages {
		if !packaged.MatchString(p.Name) {
			return "", fmt.Errorf("package %.80q found, a plain name wanted", p.Name)
		}
		if t.Target.Package == "apt" {
			fmt.Fprintf(&b, "dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\\n' %s\n", quote(p.Name))
		} else {
			fmt.Fprintf(&b, "rpm -q --qf '%%{NAME} %%|EPOCH?{%%{EPOCH}:}|%%{VERSION}-%%{RELEASE} ii\\n' %s\n", quote(p.Name))
		}
	}
	return b.String() + "exit 0\n", nil
}
