package jobs

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
)

var update = flag.Bool("update", false, "write the summaries in testdata anew")

// TestExamples: what carrying out the examples means, as a summary that people can check
// against the documents.
func TestExamples(t *testing.T) {
	for _, name := range []string{"minimal", "msp"} {
		got := summary(example(t, name).build(t))
		file := "testdata/" + name + ".txt"
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != got {
			t.Errorf("%s is not what the documents say now (%v); it is\n%s", file, err, got)
		}
	}
}

func summary(d *progress.Documents) string {
	var b strings.Builder
	fmt.Fprintf(&b, "finish %v, until %d\n", slices.Sorted(maps.Keys(d.Finish)), d.Until)
	for _, key := range slices.Sorted(maps.Keys(d.Plans)) {
		p := d.Plans[key]
		fmt.Fprintf(&b, "\nplan %s %s %s: reboot %s, misfire %s, onSupersede %s, rollback %t %v, snapshot %s, notice %t %v, review %d, ring %d %d %d\n",
			key, p.ID, p.Change, p.Reboot, p.Misfire, p.OnSupersede, p.RollbackAuto, p.RollbackOn, p.Snapshot, p.Notice, p.Channels, p.Review,
			p.Ring, p.RingSoak, p.MaxFailedClients)
		if p.Closed+p.Closed != "" || p.Superseded != "" {
			fmt.Fprintf(&b, "  closed %s %s, superseded %q\n", p.Closed, p.ClosedWhy, p.Superseded)
		}
		for _, w := range p.Waves {
			fmt.Fprintf(&b, "  wave %+v\n", w)
		}
		for _, asset := range slices.Sorted(maps.Keys(p.Jobs)) {
			job(&b, p.Jobs[asset])
		}
		for _, asset := range slices.Sorted(maps.Keys(p.Gone)) {
			fmt.Fprintf(&b, "  gone %s %s\n", asset, p.Gone[asset])
		}
	}
	return b.String()
}

func job(b *strings.Builder, j *progress.Job) {
	fmt.Fprintf(b, "  job %s %s@%s:%d jump %q secret %q: %v, covered %t, reboots %t, site %s relay %s group %s owner %s, %s\n", j.Asset, j.Target.User, j.Target.Address, j.Target.Port,
		j.Target.Jump, j.Target.Secret, j.Packages, j.Covered, j.Reboots, j.Site, j.Relay, j.Group, j.Owner, j.Selector)
	for _, s := range []dispatch.Segment{dispatch.Install, dispatch.Reboot, dispatch.Verify, dispatch.Rollback} {
		var names []string
		for _, step := range j.Steps[s] {
			name := step.Builtin
			if name == "" {
				name = step.Name + "[" + strings.Join(step.Run, " ") + "]"
			}
			if step.Point {
				name += "!"
			}
			if step.Optional {
				name += "?"
			}
			names = append(names, fmt.Sprintf("%s %d", name, step.Timeout))
		}
		fmt.Fprintf(b, "    %s at most %d: %s\n", s, j.Worst[s], strings.Join(names, ", "))
	}
	for _, class := range slices.Sorted(maps.Keys(j.Retry)) {
		fmt.Fprintf(b, "    retry %s %+v\n", class, j.Retry[class])
	}
}

// TestRelaysNameTheirMachine: what starts ask of a relay is what its document says of it.
func TestRelaysNameTheirMachine(t *testing.T) {
	d := example(t, "msp").build(t)
	got := map[string]string{}
	for _, c := range d.Input.Clients {
		for _, r := range c.Relays {
			got[r.ID] = r.Host + " " + r.Parent
		}
	}
	if got["Relay/hudson/sec-relay"] != "sec-relay-01 " || got["Relay/klinikum/spa-relay"] != "spa-relay-01 mit-relay" {
		t.Errorf("relays %v", got)
	}
}
