package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/report"
)

func (a *app) testCommand() *cobra.Command {
	var coverage, builtin bool
	cmd := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "Run the tests of rules, the built-in and your own",
		Long: "Test runs the Rego tests beside the built-in rules and those below policies/, under\n" +
			"the checks that judge documents: types, allowed functions, strict errors; and the tests\n" +
			"of approval rules in files *_test.yaml: a change, approvals, and the verdict that is\n" +
			"expected. With PATH, only tests in files there run.",
		Example: "  patchops test --coverage\n  patchops test policies/plan",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.test(cmd, args, coverage, builtin)
		},
	}
	cmd.Flags().BoolVar(&coverage, "coverage", false, "show the lines of rules that no test reaches")
	cmd.Flags().BoolVar(&builtin, "builtin", false, "run the built-in rules' tests only; needs no repository")
	cmd.Flags().StringVar(&a.flags.at, "at", "", "test the rules of the commit `REV` instead of the work tree")
	cmd.Flags().StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text or json")
	a.completeFormats(cmd, report.TestFormats())
	return cmd
}

func (a *app) test(cmd *cobra.Command, args []string, coverage, builtin bool) error {
	if !slices.Contains(report.TestFormats(), a.flags.format) {
		return usage("--format is %q, wanted one of %v", a.flags.format, report.TestFormats())
	}
	in := pipeline.TestInput{Coverage: coverage, Child: a.child(cmd.Context())}
	var commit *string
	switch {
	case !builtin:
		repo, err := a.repository()
		if err != nil {
			return err
		}
		paths, err := a.inside(repo, args)
		if err != nil {
			return err
		}
		if in.Tree, commit, err = repo.tree(a.flags.at); err != nil {
			return err
		}
		in.Wanted = func(file string) bool { return under(file, paths) }
		in.OnlyOwn = len(paths) > 0
	case len(args) > 0:
		return usage("--builtin takes no PATH")
	case a.flags.at != "":
		return usage("--builtin takes no --at: the built-in rules are those of this program")
	}
	out, err := pipeline.Test(in)
	if err != nil {
		return err
	}
	if err := a.testApprovals(in, out); err != nil {
		return err
	}
	if a.flags.format == "json" {
		err = testReport(out, commit).JSON(a.env.Stdout)
	} else {
		a.printTests(out, coverage)
	}
	if err != nil {
		return err
	}
	if out.Failed > 0 || out.Passed == 0 {
		return statusError{status: exitFindings}
	}
	return nil
}

// testInstant is when trees of tests are read; no test depends on it, nor on today.
var testInstant = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// testApprovals runs the tests of approval rules of a repository, and adds what
// they say.
func (a *app) testApprovals(in pipeline.TestInput, out *pipeline.TestOutcome) error {
	if in.Tree == nil {
		return nil
	}
	tests := slices.DeleteFunc(slices.Clone(in.Tree.Tests), func(s pipeline.Source) bool { return !in.Wanted(s.Path) })
	if len(tests) == 0 {
		return nil
	}
	engine, err := pipeline.NewEngine()
	if err != nil {
		return err
	}
	read, err := engine.Read(pipeline.Input{Tree: in.Tree, AsOf: testInstant, Child: in.Child})
	if err != nil {
		return err
	}
	for _, file := range tests {
		results, found := approval.RunTests(file.Path, file.Bytes, read.Corpus)
		out.Findings = append(out.Findings, found...)
		out.Failed += len(found)
		for _, r := range results {
			out.Results = append(out.Results, policy.TestResult{Rule: "approval", Name: r.Name, Position: r.Position, Passed: r.Passed, Message: r.Message})
			if r.Passed {
				out.Passed++
			} else {
				out.Failed++
			}
		}
	}
	return nil
}

func (a *app) printTests(out *pipeline.TestOutcome, coverage bool) {
	w := a.env.Stdout
	for _, f := range out.Findings {
		fmt.Fprintf(w, "%s:%d:%d: %s %s: %s\n", report.Display(f.File), f.Line, f.Column, f.Severity, f.ID, report.Display(f.Message))
		if f.Severity == finding.Error && f.Hint != "" {
			fmt.Fprintf(w, "  hint: %s\n", report.Display(f.Hint))
		}
	}
	for _, t := range out.Results {
		if !t.Passed {
			fmt.Fprintf(w, "FAIL %s:%d: %s %s\n", report.Display(t.Position.File), t.Position.Line, report.Display(t.Rule), report.Display(t.Name))
			printMessage(w, t.Message)
		}
	}
	if coverage {
		a.printCoverage(out)
	}
	fmt.Fprintf(w, "%d passed, %d failed\n", out.Passed, out.Failed)
}

// testReport is what tests say, for programs.
func testReport(out *pipeline.TestOutcome, commit *string) report.Tests {
	t := report.Tests{Commit: commit, Passed: out.Passed, Failed: out.Failed, Findings: out.Findings}
	for _, r := range out.Results {
		t.Results = append(t.Results, report.Test{
			Rule: r.Rule, Name: r.Name, File: r.Position.File, Line: r.Position.Line, Passed: r.Passed, Message: r.Message,
		})
	}
	for _, c := range out.Coverage {
		t.Coverage = append(t.Coverage, report.Covered{File: c.File, Lines: c.Lines, Missed: c.Missed})
	}
	return t
}

// printMessage prints what a test says, which strangers may have written: no line
// of it is a command to a CI runner or a terminal.
func printMessage(w io.Writer, message string) {
	for line := range strings.SplitSeq(message, "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "::") || strings.HasPrefix(line, "##[") {
			line = "| " + line
		}
		if line != "" {
			fmt.Fprintf(w, "  %s\n", report.Display(line))
		}
	}
}

// printCoverage lists the files whose tests leave lines out, and the sum.
func (a *app) printCoverage(out *pipeline.TestOutcome) {
	lines, missed := 0, 0
	for _, c := range out.Coverage {
		lines += c.Lines
		missed += len(c.Missed)
		if len(c.Missed) > 0 {
			fmt.Fprintf(a.env.Stdout, "%s: no test reaches lines %v\n", report.Display(c.File), c.Missed)
		}
	}
	fmt.Fprintf(a.env.Stdout, "coverage: %d of %d lines of %d files\n", lines-missed, lines, len(out.Coverage))
}
