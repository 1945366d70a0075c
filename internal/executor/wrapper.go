package executor

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"strings"
)

// The parts of the wrapper, in order.
var (
	//go:embed wrapper/common.sh
	wrapperCommon string
	//go:embed wrapper/journal.sh
	wrapperJournal string
	//go:embed wrapper/run.sh
	wrapperRun string
	//go:embed wrapper/aptget.sh
	wrapperAptGet string
	//go:embed wrapper/apt.sh
	wrapperApt string
	//go:embed wrapper/dnf.sh
	wrapperDnf string
	//go:embed wrapper/main.sh
	wrapperMain string
)

// Wrapper is the script that carries tasks out on hosts and keeps their journal there: POSIX
// sh with coreutils and util-linux. It is run as "sh FILE VERB [ROOT]", with a
// request on its standard input, and answers on its standard output.
var Wrapper = assemble(wrapperCommon, wrapperAptGet, wrapperApt, wrapperDnf, wrapperJournal, wrapperRun, wrapperMain)

// WrapperSum is the hexadecimal SHA-256 of Wrapper, and its name on hosts.
var WrapperSum = func() string {
	sum := sha256.Sum256([]byte(Wrapper))
	return hex.EncodeToString(sum[:])
}()

// assemble joins the parts without their comments: a host reads the script at every step.
func assemble(parts ...string) string {
	var out strings.Builder
	for line := range strings.Lines(strings.Join(parts, "\n")) {
		if trimmed := strings.TrimSpace(line); trimmed != "" && !strings.HasPrefix(trimmed, "#") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// Verbs of the wrapper.
const (
	VerbBegin  = "begin"  // Start: begins a task and follows it to its end
	VerbFollow = "follow" // waits for the end of a task that was begun
	VerbProbe  = "probe"
	VerbStop   = "stop"
)

// Missing is the exit status of Command's command on a host without this wrapper: Install it.
const Missing = 96

// wrapperFolder is where a host keeps the wrapper, in the folder of the journal.
const wrapperFolder = "/var/lib/patchops/bin"

// Command is what a remote shell runs for a verb. Nothing of a task is in it: the
// request goes to its standard input. It ends with Missing where Install is needed first.
func Command(verb string) string {
	w := wrapperFolder + "/" + WrapperSum
	return "sh -c '[ -r " + w + " ] || exit 96; exec sh " + w + " " + verb + "'"
}

// Install is what a remote shell runs, with Wrapper on its standard input, to put the
// wrapper there. It ends with 0 only if the bytes are the right ones and durable.
func Install() string {
	d, w := wrapperFolder, wrapperFolder+"/"+WrapperSum
	return "sh -c 'umask 077 && mkdir -p " + d + " && t=" + w + ".$$ && cat >$t && " +
		"echo \"" + WrapperSum + "  $t\" | sha256sum -c --status && sync $t && mv $t " + w + "'"
}
