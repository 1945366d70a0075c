package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/window"
)

func (a *app) demoCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See the main job on a realistic repository: check it, break it, mend it",
		Long: "Demo writes a managed-service provider's repository into a temporary folder (or\n" +
			"DIR), checks it, then makes mistakes in it as people make them and shows what\n" +
			"check says. No network; nothing outside the folder is touched.",
		Example: "  patchops demo\n  patchops demo --dir /tmp/demo",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.demo(cmd, dir) },
	}
	cmd.Flags().StringVar(&dir, "dir", "", "keep the repository in `DIR` (must be empty or absent)")
	return cmd
}

// mistake is one edit as people make it, and the findings it must lead to.
type mistake struct {
	title    string
	file     string
	old, new string
	want     []string
}

func (a *app) demo(cmd *cobra.Command, dir string) error {
	dir, clean, err := a.demoDir(dir)
	if err != nil {
		return err
	}
	defer clean()
	color, err := a.color()
	if err != nil {
		return err
	}
	d := demo{app: a, dir: dir, color: color, child: a.child(cmd.Context())}
	if d.engine, err = pipeline.NewEngine(); err != nil {
		return err
	}
	if err := d.scaffold(); err != nil {
		return err
	}
	for i, m := range mistakes() {
		if err := d.make(i+1, m); err != nil {
			return err
		}
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
	files, err := Scaffold("msp", d.env.Now().UTC(), strings.Repeat("d", 32))
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
	path := filepath.Join(d.dir, filepath.FromSlash(m.file))
	before, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !bytes.Contains(before, []byte(m.old)) {
		return fmt.Errorf("%s does not hold %q", m.file, m.old)
	}
	after := bytes.Replace(before, []byte(m.old), []byte(m.new), 1)
	if err := os.WriteFile(path, after, 0o644); err != nil {
		return err
	}
	d.say("%d. %s", n+1, m.title)
	d.say("   $ patchops check")
	out, err := d.check()
	if err != nil {
		return err
	}
	for _, id := range m.want {
		if !slices.ContainsFunc(out.Findings, func(f finding.Finding) bool { return f.ID == id }) {
			return fmt.Errorf("mistake %d: wanted a finding %s", n, id)
		}
	}
	return os.WriteFile(path, before, 0o644)
}

func (d *demo) end() error {
	d.say("Mended again: every mistake was found at its line, before a machine was touched.")
	d.say("Next: patchops init my-plans && cd my-plans && patchops check")
	return nil
}
