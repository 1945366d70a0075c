package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/window"
)

func (a *app) schemaVetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "vet",
		Short: "Check the repository's own constraints in schemas/",
		Long: "Vet reads schemas/*.cue without judging a document: whether it compiles, names kinds\n" +
			"that exist, and says what it seems to say (a default is not a floor, a field without\n" +
			"? or ! is required).",
		Example: "  patchops schema vet\n  patchops schema vet --repo my-plans",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.schemaVet(cmd) },
	}
}

func (a *app) schemaVet(cmd *cobra.Command) error {
	repo, err := a.repository()
	if err != nil {
		return err
	}
	color, err := a.color()
	if err != nil {
		return err
	}
	tree, _, err := repo.tree("")
	if err != nil {
		return err
	}
	found, err := pipeline.VetSchemas(tree, a.child(cmd.Context()))
	if err != nil {
		return err
	}
	if len(found) == 0 {
		noun := "files"
		if len(tree.Schemas) == 1 {
			noun = "file"
		}
		fmt.Fprintf(a.env.Stdout, "%d %s in schemas/: no findings\n", len(tree.Schemas), noun)
		return nil
	}
	err = report.Write(a.env.Stdout, "text", report.Check{
		Tzdata: window.Version, Documents: len(tree.Schemas), Findings: found, Source: repo.source(tree),
	}, report.Options{Color: color})
	if err == nil && finding.Count(found).Errors > 0 {
		return statusError{status: exitFindings}
	}
	return err
}
