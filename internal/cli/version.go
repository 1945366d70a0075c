package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/window"
)

func (a *app) versionCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Show the version, the commit, the time zone data and the digest of the built-in policies",
		Example: "  patchops version\n  patchops version --format json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			digest, err := pipeline.BuiltinDigest()
			if err != nil {
				return err
			}
			v := a.env.Version
			switch format {
			case "text":
				fmt.Fprintf(a.env.Stdout, "patchops %s\ncommit %s\ntzdata %s\npolicies %s\n", v.Version, v.Commit, window.Version, digest)
				return nil
			case "json":
				return a.json(map[string]string{
					"version": v.Version, "commit": v.Commit, "tzdata": window.Version, "policyDigest": digest,
				})
			}
			return usage("--format is %q, wanted text or json", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "print it as `FORMAT`: text or json")
	a.completeFormats(cmd, []string{"text", "json"})
	return cmd
}

func (a *app) json(v any) error {
	e := json.NewEncoder(a.env.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
