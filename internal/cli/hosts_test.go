package cli

import (
	"context"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/patchops/patchops/internal/estate"
)

// hostsCommand makes lite hosts: `hosts DIR CLIENT/ASSET...`. Each is a root folder with
// a dpkg database in which agent 1.0 is installed. The repository that they install from
// has agent 1.1; it fails where the host has a file etc/agent.bad, as a real update does
// that chokes on something old. It fails without dpkg.
func hostsCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: hosts DIR CLIENT/ASSET...")
	}
	if err := estate.HaveDpkg(); err != nil {
		ts.Logf("no lite hosts: %v", err)
		ts.Fatalf("this script needs dpkg")
	}
	dir := ts.MkAbs(args[0])
	ctx := context.Background()
	r, err := estate.NewRepository(ctx, dir+"/.packages", append(labPackages(), estate.Good("demo-agent", "1.2"))...)
	ts.Check(err)
	ts.Check(estate.Lite(ctx, dir, args[1:], r, labPackages()[0]))
}

// installedCommand wants what a host itself says of the agent: `installed DIR
// CLIENT/ASSET VERSION STATE TIMES`: its version, dpkg's letters, and how often that
// version was configured.
func installedCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: installed DIR CLIENT/ASSET VERSION STATE TIMES")
	}
	root := ts.MkAbs(args[0]) + "/" + args[1]
	version, state, err := estate.State(context.Background(), root, "demo-agent")
	ts.Check(err)
	n, err := estate.Installs(root, "demo-agent", args[2])
	ts.Check(err)
	got := strings.Join([]string{version, state, strings.Repeat("x", n)}, " ")
	times := map[string]string{"never": "", "once": "x", "twice": "xx"}
	if want := strings.Join([]string{args[2], args[3], times[args[4]]}, " "); got != want {
		ts.Fatalf("%s has %q, wanted %q", args[1], got, want)
	}
}
