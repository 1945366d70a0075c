package cli

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
)

// views shows when the machines are patched, and why one of them then.
func (d *demo) views(ctx context.Context) error {
	d.say("2. When is which machine patched? Standby before primary, no two of a group at once, and an hour of soak between.")
	if err := d.show(ctx, 22, "plan", "linux-servers", "--client", "klinikum"); err != nil {
		return err
	}
	d.say("3. Why not earlier? Every window that did not do, with the document that forbade it.")
	return d.show(ctx, 11, "explain", "asset", "klinikum/mit-kis-db-01")
}

// show runs a command in the demo's repository and prints its first lines.
func (d *demo) show(ctx context.Context, most int, args ...string) error {
	d.say("   $ patchops %s", strings.Join(args, " "))
	asOf, err := d.asOf()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	env := d.env
	env.Args, env.Stdout = slices.Concat(args, []string{"--repo", d.dir, "--as-of", asOf.Format("2006-01-02T15:04:05Z07:00")}), &out
	if status := Main(ctx, env); status != exitDone {
		return fmt.Errorf("%s: exit status %d, wanted %d", strings.Join(args, " "), status, exitDone)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for _, line := range lines[:min(most, len(lines))] {
		fmt.Fprintln(d.env.Stdout, line)
	}
	if len(lines) > most {
		fmt.Fprintf(d.env.Stdout, "  ... and %d lines more\n", len(lines)-most)
	}
	fmt.Fprintln(d.env.Stdout)
	return nil
}
