package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/window"
)

func (a *app) demoCommand() *cobra.Command {
	var dir, clock string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See the main job on a realistic repository: check it, plan it, break it, mend it",
		Long: "Demo writes a managed-service provider's repository into a temporary folder (or\n" +
			"DIR), checks it, shows when and why its machines are patched, makes mistakes as\n" +
			"people make them and shows what check says; then a change goes its way: a branch,\n" +
			"signed approvals, the merge, the rollout on hosts that are folders, of which one fails,\n" +
			"a controller that is killed, the log. No network; nothing outside the folder is\n" +
			"touched. In DIR, the people's keys and clones stay in .demo.",
		Example: "  patchops demo\n  patchops demo --dir /tmp/demo",
		Args: func(cmd *cobra.Command, args []string) error {
			if clock != "" {
				return nil
			}
			return cobra.NoArgs(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if clock != "" {
				return a.elsewhen(cmd.Context(), clock, args)
			}
			return a.demo(cmd, dir)
		},
	}
	cmd.Flags().StringVar(&clock, "clock", "", "run a command on the demo's repository as if it were `INSTANT`")
	_ = cmd.Flags().MarkHidden("clock")
	cmd.Flags().StringVar(&dir, "dir", "", "keep the repository in `DIR` (must be empty or absent)")
	return cmd
}

func (a *app) demo(cmd *cobra.Command, dir string) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	dir, clean, err := a.demoDir(dir)
	if err != nil {
		return err
	}
	defer clean()
	color, err := a.color()
	if err != nil {
		return err
	}
	d := demo{app: a, dir: dir, color: color, child: a.child(ctx)}
	if d.engine, err = pipeline.NewEngine(); err != nil {
		return err
	}
	if err := d.scaffold(); err != nil {
		return err
	}
	if err := d.views(ctx); err != nil {
		return err
	}
	for i, m := range mistakes() {
		if err := errors.Join(ctx.Err(), d.make(i+4, m)); err != nil {
			return err
		}
	}
	if err := d.life(ctx, 4+len(mistakes())); err != nil {
		return err
	}
	return d.end()
}

// demoDir is where the demo works, and how it is cleaned up.
func (a *app) demoDir(dir string) (string, func(), error) {
	if dir == "" {
		temp, err := os.MkdirTemp("", "patchops-demo-")
		return temp, func() { _ = os.RemoveAll(temp) }, err
	}
	full := a.absolute(dir)
	if entries, err := os.ReadDir(full); err == nil && len(entries) > 0 {
		return "", nil, usage("--dir %q is not empty", dir)
	}
	return full, func() {}, os.MkdirAll(full, 0o755)
}

// demoID is the id of the demo's repository.
var demoID = strings.Repeat("d", 32)

// demo is one demonstration under way.
type demo struct {
	*app
	dir    string
	color  bool
	engine *pipeline.Engine
	child  pipeline.Child
}

func (d *demo) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if d.color {
		line = "\x1b[1m" + line + "\x1b[0m"
	}
	fmt.Fprintln(d.env.Stdout, line)
}

func (d *demo) scaffold() error {
	files, err := Scaffold("msp", d.env.Now().UTC(), demoID)
	if err != nil {
		return err
	}
	if err := writeFiles(d.dir, files); err != nil {
		return err
	}
	d.say("1. A managed-service provider's repository: three clients, %d files.", len(files))
	d.say("   $ patchops check")
	out, err := d.check()
	if err != nil {
		return err
	}
	if n := len(out.Findings); n > 0 {
		return fmt.Errorf("the example has %d findings, wanted none", n)
	}
	return nil
}

// check judges the folder as it is and prints what is found.
func (d *demo) check() (*pipeline.Outcome, error) {
	tree, err := pipeline.ReadTree(os.DirFS(d.dir))
	if err != nil {
		return nil, err
	}
	asOf, err := d.asOf()
	if err != nil {
		return nil, err
	}
	out, err := d.engine.Check(pipeline.Input{Tree: tree, AsOf: asOf, Child: d.child})
	if err != nil {
		return nil, err
	}
	source := repository{dir: d.dir}.source(tree)
	err = report.Write(d.env.Stdout, "text", report.Check{
		AsOf: asOf.Format("2006-01-02T15:04:05Z07:00"), Tzdata: window.Version,
		Documents: out.Documents, Rules: out.Rules, Findings: out.Findings, Source: source,
	}, report.Options{Color: d.color})
	fmt.Fprintln(d.env.Stdout)
	return out, err
}

// make makes one mistake, shows what check says, and takes it back. A demo that
// does not show what it promises fails.
func (d *demo) make(n int, m mistake) error {
	before := map[string][]byte{}
	for _, e := range m.edits {
		if err := d.edit(e, before); err != nil {
			return err
		}
	}
	d.say("%d. %s", n, m.title)
	for _, e := range m.edits {
		fmt.Fprintf(d.env.Stdout, "   %s: %s  ->  %s\n", e.file, short(e.old), short(e.new))
	}
	d.say("   $ patchops check")
	out, err := d.check()
	if err != nil {
		return err
	}
	for _, id := range m.want {
		if !slices.ContainsFunc(out.Findings, func(f finding.Finding) bool { return f.ID == id }) {
			return fmt.Errorf("step %d: wanted a finding %s", n, id)
		}
	}
	return writeFiles(d.dir, before)
}

// edit makes one edit and remembers in before what the file was.
func (d *demo) edit(e slip, before map[string][]byte) error {
	path := filepath.Join(d.dir, filepath.FromSlash(e.file))
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Contains(b, []byte(e.old)) {
		return fmt.Errorf("%s does not hold %q", e.file, e.old)
	}
	if before[e.file] == nil {
		before[e.file] = b
	}
	return os.WriteFile(path, bytes.Replace(b, []byte(e.old), []byte(e.new), 1), 0o644)
}

// short is an edit's text on one line.
func short(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Join(lines, " / ")
}

func (d *demo) end() error {
	d.say("Every mistake was found at its line, before a machine was touched.")
	d.say("To look around in this repository: bin/patchops demo --dir tour, then")
	d.say("  bin/patchops plan --repo tour --format html >calendar.html")
	d.say("For your own: bin/patchops init my-plans, then bin/patchops check --repo my-plans")
	return nil
}
