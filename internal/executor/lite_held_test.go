package executor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/triage"
)

// What apt refuses because of the host itself is no fault of the relay that it loads through: a
// few hosts with a package on hold would keep all others behind it waiting.
func TestLiteRefusedByTheHostItself(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(l *lite)
		install string
		class   triage.Class
	}{
		"held":  {func(l *lite) { l.hold(t, "acme-agent") }, "acme-agent=1.1", triage.Host},
		"newer": {func(l *lite) { result(t, l.install(t, "acme-agent=1.1"), dispatch.Succeeded) }, "acme-agent=1.0", triage.Host},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLite(t)
			c.prepare(l)
			o := result(t, l.install(t, c.install), dispatch.Failed)
			f := triage.Alone(&triage.Case{Asset: "h1", Failed: true, State: dispatch.Finished, Segment: dispatch.Install, Outcome: o})
			if o.Step != "stage" || f.Class != c.class {
				t.Errorf("step %s is %s %q, wanted %s", o.Step, f.Class, f.Evidence, c.class)
			}
		})
	}
}

// hold marks an installed package as held, as apt-mark does.
func (l *lite) hold(t *testing.T, name string) {
	t.Helper()
	file := filepath.Join(l.root, "var/lib/dpkg/status")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	held := strings.Replace(string(b), "Package: "+name+"\nStatus: install ok", "Package: "+name+"\nStatus: hold ok", 1)
	if err := os.WriteFile(file, []byte(held), 0o644); err != nil {
		t.Fatal(err)
	}
}
