package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/statement"
)

type importFlags struct {
	authorityFlags
	dryRun bool
	key    string
}

func (a *app) importCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "import", Short: "Bring in what others measured",
		Long: "Import reads outside data, strictly: a file with one wrong row is refused whole, with\n" +
			"the row named. It prints what changes.",
		Example: "  patchops import facts inventory.csv\n  patchops import facts scan.jsonl --dry-run",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var f importFlags
	facts := &cobra.Command{
		Use: "facts FILE", Short: "Report what is installed on assets, as something else measured it",
		Long: "Facts reads a file of facts: CSV (.csv) with the columns client, asset, name, subject,\n" +
			"value and state, or JSON Lines (.jsonl) with these keys. The version of an installed\n" +
			"package is the fact `package` with the package as subject and the version as value.\n" +
			"What differs from the newest facts in the log is printed; you sign it, and it becomes\n" +
			"records when the controller has seen it. Then schedules go by it: what has the wanted\n" +
			"version already has no work. Every row is imported, or none.",
		Example: "  patchops import facts inventory.csv\n  patchops import facts scan.jsonl --dry-run",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.importFacts(cmd.Context(), f, args[0]) },
	}
	f.add(facts)
	facts.Flags().BoolVar(&f.dryRun, "dry-run", false, "print what would change, and sign nothing")
	facts.Flags().StringVar(&f.key, "key", "", "sign with the SSH key `FILE`")
	cmd.AddCommand(facts)
	return cmd
}

// factRow is a fact of a client's asset, and where it stands in the file.
type factRow struct {
	client string
	fact   statement.Fact
	line   int
}

func (r factRow) compare(s factRow) int {
	if c := strings.Compare(r.client, s.client); c != 0 {
		return c
	}
	return r.fact.Compare(s.fact)
}

func (a *app) importFacts(ctx context.Context, f importFlags, file string) error {
	src, err := os.ReadFile(a.absolute(file))
	if err != nil {
		return usage("%w", err)
	}
	if !document.IsBulk(file) {
		return usage("%s: wanted a .csv, .jsonl or .ndjson file", file)
	}
	t, state, err := a.authorisedLogs(ctx, f.authorityFlags)
	if err != nil {
		return err
	}
	defer t.close()
	rows, found := readFacts(file, src)
	more, err := t.unknownAssets(file, rows)
	if err != nil {
		return err
	}
	if found = append(found, more...); len(found) > 0 {
		if err := report.WriteFindings(a.env.Stdout, finding.Sort(found), func(string) []byte { return src }); err != nil {
			return err
		}
		return people("%s: nothing was imported: %s", file, report.CountOf(len(found), "mistake"))
	}
	changed := a.changedFacts(state, rows)
	fmt.Fprintf(a.env.Stdout, "%s, of which %d say what the log says already\n", report.CountOf(len(rows), "fact"), len(rows)-len(changed))
	if len(changed) == 0 || f.dryRun {
		return nil
	}
	return a.reportFacts(ctx, t, f, changed)
}

// factColumns are those of a file of facts.
var factColumns = []string{"client", "asset", "name", "subject", "value", "state"}

// readFacts reads a file of facts. A row that is wrong, or says of one thing what
// another row says, is a finding.
func readFacts(file string, src []byte) ([]factRow, []finding.Finding) {
	var rows []factRow
	var wrong []finding.Finding
	bad := func(line int, format string, args ...any) {
		wrong = append(wrong, finding.Finding{
			ID: "bulk/row", Severity: finding.Error, Message: fmt.Sprintf(format, args...), Position: finding.Position{File: file, Line: line, Column: 1},
		})
	}
	column := func(name string) document.ColumnKind {
		if slices.Contains(factColumns, name) {
			return document.Text
		}
		return document.NoColumn
	}
	found := document.ParseRows(file, src, column, func(v document.Value) {
		row := factRow{client: v.Get("client").Text(), line: int(v.Pos.Line), fact: statement.Fact{
			Asset: v.Get("asset").Text(), Name: v.Get("name").Text(), Subject: v.Get("subject").Text(), Value: v.Get("value").Text(), State: v.Get("state").Text(),
		}}
		for i, key := range v.Keys {
			if !slices.Contains(factColumns, key.Name) || v.Items[i].Kind != document.String {
				bad(row.line, "field %q of a fact, wanted text in client, asset, name, subject, value or state", key.Name)
				return
			}
		}
		if err := row.fact.Check(); err != nil || row.client == "" {
			if err == nil {
				err = errors.New("a fact without client")
			}
			bad(row.line, "%s", strings.TrimPrefix(err.Error(), statement.ErrStatement.Error()+": "))
			return
		}
		rows = append(rows, row)
	})
	slices.SortStableFunc(rows, factRow.compare)
	for i := 1; i < len(rows); i++ {
		if rows[i].compare(rows[i-1]) == 0 {
			bad(rows[i].line, "fact %s %s of %s/%s stands in line %d, too", rows[i].fact.Name, rows[i].fact.Subject, rows[i].client, rows[i].fact.Asset, rows[i-1].line)
		}
	}
	return rows, append(found, wrong...)
}

// unknownAssets are findings of rows about assets that the authorised tip does not have.
func (t *authorisedEnv) unknownAssets(file string, rows []factRow) ([]finding.Finding, error) {
	tip, err := t.source.Commit(t.tip)
	if err != nil {
		return nil, err
	}
	read, err := t.engine.Read(pipeline.Input{Tree: tip.Tree, AsOf: t.now, Child: t.child}, "AssetList", "Client")
	if err != nil {
		return nil, err
	}
	var out []finding.Finding
	view := read.Corpus.View("")
	for _, r := range rows {
		if view.Asset(r.client, r.fact.Asset) != nil {
			continue
		}
		f := finding.Finding{
			ID: "reference/unresolved", Severity: finding.Error, Position: finding.Position{File: file, Line: r.line, Column: 1},
			Message: fmt.Sprintf("client %q has no asset %q at the authorised tip", r.client, r.fact.Asset),
		}
		if near := nearAsset(view, r.client, r.fact.Asset); near != "" {
			f.Hint = "did you mean " + near + "?"
		}
		out = append(out, f)
	}
	return out, nil
}

func nearAsset(view *corpus.View, client, asset string) string {
	return finding.Nearest(asset, view.AssetNames(client))
}

// changedFacts are the rows that say something else than the log; each is printed.
func (a *app) changedFacts(state *progress.State, rows []factRow) []factRow {
	var out []factRow
	for _, r := range rows {
		known, ok := state.Facts[r.client+"/"+r.fact.Asset][progress.FactKey(r.fact.Name, r.fact.Subject)]
		if ok && known.Value == r.fact.Value && known.State == r.fact.State {
			continue
		}
		before := "nothing known"
		if ok {
			before = strings.TrimSpace(known.Value + " " + known.State)
		}
		fmt.Fprintln(a.env.Stdout, report.Display(fmt.Sprintf("%s/%s %s: %s -> %s", r.client, r.fact.Asset,
			strings.TrimSpace(r.fact.Name+" "+r.fact.Subject), before, strings.TrimSpace(r.fact.Value+" "+r.fact.State))))
		out = append(out, r)
	}
	return out
}

// mostFacts is how many bytes of facts one statement holds: it must fit into a record.
const mostFacts = 10 << 10

// reportFacts signs the facts, in as many statements as they need.
func (a *app) reportFacts(ctx context.Context, t *authorisedEnv, f importFlags, rows []factRow) error {
	who, err := a.speaker(ctx, t, f.key)
	if err != nil {
		return err
	}
	for n := 0; len(rows) > 0; n++ {
		take, size := 0, 0
		for take < len(rows) && rows[take].client == rows[0].client && size < mostFacts {
			b, err := canonical.Marshal(rows[take].fact)
			if err != nil {
				return err
			}
			size += len(b) + 1
			take++
		}
		s := statement.Statement{Act: statement.Report, Subject: "facts:" + rows[0].client, AsOf: instantOf(t.now)}
		for _, r := range rows[:take] {
			s.Facts = append(s.Facts, r.fact)
		}
		if n > 0 {
			if err := t.refetch(ctx); err != nil {
				return err
			}
		}
		if err := a.say(ctx, t.authorityEnv, who, s, ""); err != nil {
			return fmt.Errorf("%d facts were not reported; run it again: %w", len(rows), err)
		}
		rows = rows[take:]
	}
	return nil
}
