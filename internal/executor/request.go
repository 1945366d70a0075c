package executor

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
)

// Bounds of a request: what a host's command line takes, and what a task needs by far.
const (
	maxArgument = 64 << 10
	maxRequest  = 1 << 20
	maxSteps    = 64
	maxTimeout  = 7 * 24 * 3600
)

var (
	plainKey  = regexp.MustCompile(`^[A-Za-z0-9_:+~-][A-Za-z0-9._:+~-]{7,199}$`)
	stepName  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	builtin   = regexp.MustCompile(`^(apt|dnf|yum)/[a-z]{1,20}$`)
	variable  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`)
	packaged  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+:-]{0,199}$`)
	versioned = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+:~^-]{0,199}$`)
)

// reserved are variables that would change what the wrapper itself does.
var reserved = []string{"PATCHOPS_ROOT", "PATCHOPS_KEY", "PATCHOPS_STEP", "IFS", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "PS4", "APT_CONFIG"}

// Request is a task in the lines that the wrapper reads. Arguments may hold any bytes but NUL;
// what the wrapper could not carry out as it stands is an error (dispatch.Malformed).
func Request(t dispatch.Task) ([]byte, error) {
	if !plainKey.MatchString(t.Key) {
		return nil, fmt.Errorf("key %.80q found, 8 to 200 letters, digits and \"._:+~-\" wanted", t.Key)
	}
	for _, n := range []int64{t.Fence, t.NotAfter, t.Now, t.StopBy} {
		if n < 0 || n >= 1e15 {
			return nil, fmt.Errorf("number %d found, 0 to 10^15 wanted", n)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "patchops-request 1\nkey %s\nfence %d\nnot-after %d\nnow %d\nstop-by %d\nsegment %s\nsteps\n",
		t.Key, t.Fence, t.NotAfter, t.Now, t.StopBy, plainOr(string(t.Segment), "none"))
	if len(t.Steps) > maxSteps {
		return nil, fmt.Errorf("%d steps found, at most %d wanted", len(t.Steps), maxSteps)
	}
	point := slices.IndexFunc(t.Steps, func(s dispatch.Step) bool { return s.Point })
	for i, s := range t.Steps {
		// A segment without a point of no return is behind one: its first step is.
		if err := writeStep(&b, s, t, i == point || point < 0 && i == 0); err != nil {
			return nil, fmt.Errorf("step %d (%.40q): %w", i+1, s.Name, err)
		}
	}
	b.WriteString("end\n")
	if b.Len() > maxRequest {
		return nil, fmt.Errorf("a request of %d bytes found, at most %d wanted", b.Len(), maxRequest)
	}
	return []byte(b.String()), nil
}

func plainOr(s, other string) string {
	if stepName.MatchString(s) {
		return s
	}
	return other
}

func writeStep(b *strings.Builder, s dispatch.Step, t dispatch.Task, point bool) error {
	if !stepName.MatchString(s.Name) {
		return fmt.Errorf("name found, lower-case letters, digits and \"-\" wanted")
	}
	if s.Timeout < 1 || s.Timeout > maxTimeout {
		return fmt.Errorf("timeout %d s found, 1 to %d wanted", s.Timeout, maxTimeout)
	}
	success, err := codes(s.Success, "0")
	if err != nil {
		return err
	}
	reboot, err := codes(s.Reboot, "-")
	if err != nil {
		return err
	}
	if s.Undoes != "" && (!stepName.MatchString(s.Undoes) || point) {
		return fmt.Errorf("a step that undoes %.40q found, a name and no point of no return wanted", s.Undoes)
	}
	fmt.Fprintf(b, "step %s %d %d %s %s %d", s.Name, s.Timeout, bit(point), success, reboot, bit(s.Optional))
	if s.Undoes != "" {
		b.WriteString(" " + s.Undoes)
	}
	b.WriteString("\n")
	if err := writeEnv(b, s.Env); err != nil {
		return err
	}
	args := s.Run
	if s.Builtin != "" {
		if !builtin.MatchString(s.Builtin) {
			return fmt.Errorf("built-in step %.40q found, one of apt, dnf and yum wanted", s.Builtin)
		}
		if args, err = packageArgs(s, t); err != nil {
			return err
		}
		fmt.Fprintf(b, "builtin %s\n", s.Builtin)
	} else if len(args) == 0 || args[0] == "" || strings.Contains(args[0], "=") {
		return fmt.Errorf("command %.80q found, a program without \"=\" in its name wanted", args)
	}
	return writeLines(b, "arg", args)
}

// packageArgs are those of a built-in step: its own, else the packages of the task. A rollback
// has what was there before, and nothing else.
func packageArgs(s dispatch.Step, t dispatch.Task) ([]string, error) {
	args, packages := s.Run, t.Packages
	if strings.HasSuffix(s.Builtin, "/rollback") {
		args, packages = nil, t.Undo
	}
	if len(args) == 0 {
		for _, p := range packages {
			args = append(args, p.Name+"="+p.Version)
		}
	}
	for _, a := range args {
		name, version, ok := strings.Cut(a, "=")
		if !ok || !packaged.MatchString(name) || version != "" && !versioned.MatchString(version) {
			return nil, fmt.Errorf("argument %.80q found, package=version wanted", a)
		}
	}
	return args, nil
}

func writeEnv(b *strings.Builder, env map[string]string) error {
	names := make([]string, 0, len(env))
	for name := range env {
		names = append(names, name)
	}
	slices.Sort(names)
	lines := make([]string, 0, len(names))
	for _, name := range names {
		if !variable.MatchString(name) || slices.Contains(reserved, name) || strings.HasPrefix(name, "LD_") {
			return fmt.Errorf("variable %.80q found, one that neither the loader nor the wrapper reads wanted", name)
		}
		lines = append(lines, name+"="+env[name])
	}
	return writeLines(b, "env", lines)
}

func writeLines(b *strings.Builder, word string, values []string) error {
	for _, v := range values {
		if strings.IndexByte(v, 0) >= 0 || len(v) > maxArgument {
			return fmt.Errorf("an argument of %d bytes found, at most %d without NUL wanted", len(v), maxArgument)
		}
		b.WriteString(word)
		b.WriteByte(' ')
		escapeLine(b, v)
		b.WriteByte('\n')
	}
	return nil
}

// escapeLine writes printable ASCII as it is, and all else, and the backslash, as \0ooo.
func escapeLine(b *strings.Builder, s string) {
	for i := range len(s) {
		if c := s[i]; c >= ' ' && c <= '~' && c != '\\' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(b, `\0%03o`, c)
		}
	}
}

func codes(list []int, none string) (string, error) {
	if len(list) == 0 {
		return none, nil
	}
	out := make([]string, len(list))
	for i, c := range list {
		if c < 0 || c > 255 {
			return "", fmt.Errorf("exit status %d found, 0 to 255 wanted", c)
		}
		out[i] = strconv.Itoa(c)
	}
	return strings.Join(out, ","), nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
