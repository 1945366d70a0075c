package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/trust"
)

func (a *app) trustShowCommand() *cobra.Command {
	var f authorityFlags
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show the root of trust of this machine",
		Long: "Show verifies the root and prints it. Compare its digest with the owner's: two\n" +
			"machines with one digest believe the same.",
		Example: "  patchops trust show\n  patchops trust show --format json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.trustShow(cmd, f) },
	}
	f.add(cmd)
	cmd.Flags().StringVar(&a.flags.format, "format", "text", "print as `FORMAT`: text or json")
	a.completeFormats(cmd, []string{"text", "json"})
	return cmd
}

// trustJSON is a root as `trust show --format json` prints it.
type trustJSON struct {
	File   string     `json:"file"`
	Digest string     `json:"digest"`
	Signed []string   `json:"signedBy"`
	LogKey string     `json:"logKeyHere"` // "yes", "no" or what is wrong
	Root   trust.Root `json:"root"`
}

func (a *app) trustShow(cmd *cobra.Command, f authorityFlags) error {
	if a.flags.format != "text" && a.flags.format != "json" {
		return usage("--format is %q, wanted text or json", a.flags.format)
	}
	f.offline = true // nothing that is shown comes from the remote
	e, err := a.authority(cmd.Context(), f, false)
	if err != nil {
		return err
	}
	defer e.close()
	signers, err := e.signed.Signers()
	if err != nil {
		return err
	}
	value := trustJSON{e.file, e.signed.Digest(), signers, e.logKeyHere(), *e.trust}
	if a.flags.format == "json" {
		enc := json.NewEncoder(a.env.Stdout)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(value)
	}
	fmt.Fprint(a.env.Stdout, trustText(value))
	return nil
}

// logKeyHere says whether this machine can sign logs.
func (e *authorityEnv) logKeyHere() string {
	b, err := readOwn(filepath.Join(e.folder, "log.key"), 0o077)
	if errors.Is(err, fs.ErrNotExist) {
		return "no"
	}
	if err != nil {
		return err.Error()
	}
	verifier, err := trust.VerifierOf(string(b))
	switch {
	case err != nil:
		return err.Error()
	case !slices.Contains(e.trust.LogKeys, verifier):
		return "log.key is none of the root's"
	}
	if _, revoked := e.trust.Good("", verifier); revoked {
		return "log.key is revoked"
	}
	return "yes"
}

func trustText(v trustJSON) string {
	var b strings.Builder
	r := v.Root
	fmt.Fprintf(&b, "root of trust of repository %s, version %d\n", r.Repository, r.Version)
	fmt.Fprintf(&b, "  digest     %s\n", v.Digest)
	if r.Previous != "" {
		fmt.Fprintf(&b, "  follows    %s\n", r.Previous)
	}
	fmt.Fprintf(&b, "  file       %s\n", v.File)
	fmt.Fprintf(&b, "  target     %s\n", r.Target)
	fmt.Fprintf(&b, "  forge      %s\n", strings.TrimSpace(r.Forge.Type+" "+r.Forge.Repository))
	fmt.Fprintf(&b, "  genesis    %s\n", r.Genesis.Commit)
	fmt.Fprintf(&b, "             %s\n", r.Genesis.Manifest)
	fmt.Fprintf(&b, "  owners     %d of these sign a root\n", r.Threshold)
	for _, fingerprint := range r.Fingerprints() {
		note := ""
		if slices.Contains(v.Signed, fingerprint) {
			note = " (signed this one)"
		}
		fmt.Fprintf(&b, "             %s%s\n", fingerprint, note)
	}
	fmt.Fprintf(&b, "  log keys   the secret of one is on this machine: %s\n", v.LogKey)
	for _, key := range r.LogKeys {
		note := ""
		if _, revoked := r.Good("", key); revoked {
			note = " (revoked)"
		}
		fmt.Fprintf(&b, "             %s%s\n", key, note)
	}
	b.WriteString(revokedChange(trust.Root{}, r))
	return b.String()
}

func (a *app) trustPinCommand() *cobra.Command {
	var f authorityFlags
	cmd := &cobra.Command{
		Use:   "pin FILE",
		Short: "Believe a root of trust that an owner gave you",
		Long: "Pin takes a root.json to the configuration folder. The first one is believed as\n" +
			"it is: compare its digest with the owner's, over another way than the file came.\n" +
			"Later ones must follow the one that this machine has, with the signatures of\n" +
			"enough of its owners and of the new ones.",
		Example: "  patchops trust pin root.json\n  patchops trust pin root-2.json",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.trustPin(cmd, f, args[0]) },
	}
	f.add(cmd)
	return cmd
}

func (a *app) trustPin(cmd *cobra.Command, f authorityFlags, file string) error {
	signed, err := a.readSigned(file)
	if err != nil {
		return err
	}
	e, err := a.authority(cmd.Context(), f, true)
	if err != nil {
		return err
	}
	defer e.close()
	if e.trust == nil {
		root, err := signed.Open()
		if err != nil {
			return err
		}
		if root.Repository != e.id {
			return statusError{exitIntegrity, fmt.Errorf("%w: %s is of repository %q, and patchops.yaml of %s says %q", trust.ErrRoot, file, root.Repository, e.target, e.id)}
		}
		manifest, err := e.manifest(root.Genesis.Commit)
		if err != nil {
			return fmt.Errorf("the genesis of %s: %w", file, err)
		}
		if manifest != root.Genesis.Manifest {
			return fmt.Errorf("%w: commit %s has the manifest %s, and the root says %s", trust.ErrRoot, root.Genesis.Commit, manifest, root.Genesis.Manifest)
		}
	} else if signed.Digest() != e.signed.Digest() {
		if _, err := e.signed.Next(signed); err != nil {
			return err
		}
	}
	return a.install(e, signed)
}

// readSigned reads a root that was handed over; no signature is checked.
func (a *app) readSigned(file string) (trust.Signed, error) {
	b, err := readOwn(a.absolute(file), 0)
	if err != nil {
		return trust.Signed{}, usage("%w", err)
	}
	signed, err := trust.Parse(b)
	if err != nil {
		return signed, fmt.Errorf("%s: %w", file, err)
	}
	return signed, nil
}
