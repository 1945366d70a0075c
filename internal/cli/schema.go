package cli

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/shape"
)

func (a *app) schemaCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "schema",
		Short:   "Export the kinds as JSON Schema for editors, or vet own constraints",
		Example: "  patchops schema export --out .patchops/schema\n  patchops schema vet",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.schemaExportCommand(), a.schemaVetCommand())
	return cmd
}

func (a *app) schemaExportCommand() *cobra.Command {
	var kind, out string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print JSON Schema (draft-07) of a kind, or write that of every kind",
		Long: "Export prints the JSON Schema of one kind, or of all kinds in one schema. With\n" +
			"--out it writes one file for each kind and all.json for files of several kinds:\n" +
			"what the modeline `# yaml-language-server: $schema=...` of the scaffold points to.",
		Example: "  patchops schema export --kind PatchPlan\n  patchops schema export --out .patchops/schema",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return a.exportSchema(kind, out) },
	}
	cmd.Flags().StringVar(&kind, "kind", "", "only this `KIND`")
	cmd.Flags().StringVar(&out, "out", "", "write files into `DIR` instead of printing")
	_ = cmd.RegisterFlagCompletionFunc("kind", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		shapes, err := pipeline.Shapes()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return slices.Sorted(maps.Keys(shapes.Kinds)), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

func (a *app) exportSchema(kind, out string) error {
	shapes, err := pipeline.Shapes()
	if err != nil {
		return err
	}
	kinds := slices.Sorted(maps.Keys(shapes.Kinds))
	if kind != "" && shapes.Kinds[kind] == nil {
		if near := finding.Nearest(kind, kinds); near != "" {
			return usage("no kind is named %q; did you mean %s?", kind, near)
		}
		return usage("no kind is named %q; the kinds are %s", kind, strings.Join(kinds, ", "))
	}
	if out != "" {
		files, err := SchemaFiles(shapes, kind)
		if err != nil {
			return err
		}
		dir := a.absolute(out)
		if err := writeFiles(dir, files); err != nil {
			return err
		}
		a.progress("wrote %d schemas to %s", len(files), out)
		return nil
	}
	b, err := jsonSchema(shapes, kind)
	if err != nil {
		return err
	}
	_, err = a.env.Stdout.Write(b)
	return err
}

// jsonSchema is the schema of one kind, or of all for "".
func jsonSchema(shapes *shape.Set, kind string) ([]byte, error) {
	if kind == "" {
		return shape.AllJSONSchema(shapes)
	}
	return shape.JSONSchema(shapes, kind)
}

// SchemaFiles are the editors' schemas by file name: one for each kind (or only
// kind), and all.json.
func SchemaFiles(shapes *shape.Set, kind string) (map[string][]byte, error) {
	names := map[string]string{"all.json": ""}
	for k := range shapes.Kinds {
		names[k+".json"] = k
	}
	if kind != "" {
		names = map[string]string{kind + ".json": kind}
	}
	files := map[string][]byte{}
	for file, k := range names {
		b, err := jsonSchema(shapes, k)
		if err != nil {
			return nil, err
		}
		files[file] = b
	}
	return files, nil
}

// writeFiles writes files below dir, making folders as needed.
func writeFiles(dir string, files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}
