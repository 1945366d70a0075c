package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/signer"
	"github.com/patchops/patchops/internal/trust"
)

type rotateFlags struct {
	authorityFlags
	forgeFlags
	key, out        string
	add, remove     []string
	threshold       int64
	newLog, dropLog bool
}

func (a *app) trustRotateCommand() *cobra.Command {
	var f rotateFlags
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Make the next root of trust: other owners, another threshold, a new log key",
		Long: "Rotate makes the next version of the root and signs it with your key. It takes\n" +
			"effect when as many owners as the threshold says signed it, of the old root and\n" +
			"of the new: where that is more than you, it writes a file for the others to sign\n" +
			"(patchops trust sign), and everybody pins the whole one (patchops trust pin).",
		Example: "  patchops trust rotate --add-owner ben.pub --threshold 2\n  patchops trust rotate --new-log-key",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.trustRotate(cmd, f) },
	}
	f.authorityFlags.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.key, "key", "", "sign with the SSH key `FILE`")
	flags.StringArrayVar(&f.add, "add-owner", nil, "add the owner with the public `KEY`: a file, or the line itself")
	flags.StringArrayVar(&f.remove, "remove-owner", nil, "remove the owner with this `FINGERPRINT`, or public key")
	flags.Int64Var(&f.threshold, "threshold", 0, "how many owners sign a root from now on (default: as before)")
	flags.BoolVar(&f.newLog, "new-log-key", false, "draw a new log key; the old ones still verify what they signed")
	flags.BoolVar(&f.dropLog, "drop-log-keys", false, "list only the log key of this machine, where no other has signed anything yet")
	f.addForge(cmd, "the root now")
	flags.StringVar(&f.out, "out", "", "write a root that others must sign to `FILE` (default: root-VERSION.json)")
	return cmd
}

func (a *app) trustRotate(cmd *cobra.Command, f rotateFlags) error {
	e, err := a.authority(cmd.Context(), f.authorityFlags, false)
	if err != nil {
		return err
	}
	defer e.close()
	root, err := a.nextRoot(cmd.Context(), e, f)
	if err != nil {
		return err
	}
	return a.nextVersion(cmd, e, root, f.key, f.out)
}

// nextVersion signs the next root of trust, and pins it if that is enough; else the others
// get a file to sign.
func (a *app) nextVersion(cmd *cobra.Command, e *authorityEnv, root trust.Root, file, out string) error {
	key, err := signer.Find(cmd.Context(), a.signing(e, file), slices.Concat(e.trust.Fingerprints(), root.Fingerprints()))
	if err != nil {
		return err
	}
	if !e.trust.Owns(key.Key().Fingerprint()) && !root.Owns(key.Key().Fingerprint()) {
		return usage("%s is no owner's key, neither of the old root nor of the new", key.Key().Fingerprint())
	}
	signed, err := signRoot(cmd, root, key)
	if err != nil {
		return err
	}
	if _, err := e.signed.Next(signed); err == nil {
		return a.install(e, signed)
	}
	if out == "" {
		out = fmt.Sprintf("root-%d.json", root.Version)
	}
	if err := writeOut(a.absolute(out), contents(signed.Encode())); err != nil {
		return err
	}
	return a.rootState(e, signed, out)
}

// following is the next version of the root, without any change.
func (e *authorityEnv) following() trust.Root {
	root := *e.trust
	root.Version, root.Previous = root.Version+1, e.signed.Digest()
	root.Owners, root.LogKeys, root.Revoked = slices.Clone(root.Owners), slices.Clone(root.LogKeys), slices.Clone(root.Revoked)
	return root
}

// nextRoot is the root after the present one, with what the flags change.
func (a *app) nextRoot(ctx context.Context, e *authorityEnv, f rotateFlags) (trust.Root, error) {
	root := e.following()
	for _, text := range f.add {
		key, err := a.publicKey(text)
		if err != nil {
			return root, usage("--add-owner: %w", err)
		}
		if root.Owns(key.Fingerprint()) {
			return root, usage("--add-owner %s: the key is an owner's already, and one key is one owner", key.Fingerprint())
		}
		root.Owners = append(root.Owners, key.String())
	}
	for _, text := range f.remove {
		fingerprint := text
		if key, err := a.publicKey(text); err == nil {
			fingerprint = key.Fingerprint()
		}
		if !root.Owns(fingerprint) {
			return root, usage("--remove-owner %s: no such owner", text)
		}
		root.Owners = slices.DeleteFunc(root.Owners, func(line string) bool {
			key, err := signature.ParseKey(line)
			return err == nil && key.Fingerprint() == fingerprint
		})
	}
	slices.Sort(root.Owners)
	if f.forgeFlags != (forgeFlags{}) {
		var err error
		if root.Forge, err = a.forgeOf(ctx, f.forgeFlags, root.Forge); err != nil {
			return root, err
		}
	}
	if f.threshold != 0 {
		root.Threshold = f.threshold
	}
	switch n := int64(len(root.Owners)); {
	case n == 0:
		return root, usage("no owner would be left")
	case root.Threshold < 1 || root.Threshold > n:
		return root, usage("the threshold is %d, wanted 1 to %d, the number of owners", root.Threshold, n)
	}
	if f.dropLog {
		var err error
		if root.LogKeys, err = e.dropped(ctx, f.newLog); err != nil {
			return root, err
		}
	}
	if f.newLog {
		verifier, err := newLogKey(e)
		if err != nil {
			return root, err
		}
		root.LogKeys = append(root.LogKeys, verifier)
	}
	if len(f.add)+len(f.remove) == 0 && f.threshold == 0 && slices.Equal(root.LogKeys, e.trust.LogKeys) && root.Forge == e.trust.Forge {
		return root, usage("nothing to change: give --add-owner, --remove-owner, --threshold, --new-log-key, --drop-log-keys or --forge")
	}
	if err := root.Check(); err != nil {
		return root, usage("%w", err)
	}
	return root, nil
}

// publicKey reads a public key from a file, or from the text itself.
func (a *app) publicKey(text string) (signature.Key, error) {
	if key, err := signature.ParseKey(text); err == nil {
		return key, nil
	}
	b, err := readOwn(a.absolute(text), 0)
	if err != nil {
		return signature.Key{}, err
	}
	return signature.ParseKey(string(b))
}

// newLogKey draws the next log key. It becomes log.key with the root that lists it.
func newLogKey(e *authorityEnv) (verifier string, err error) {
	secret, verifier, err := trust.NewLogKey(rand.Reader, e.id)
	if err != nil {
		return "", err
	}
	return verifier, writeOwn(filepath.Join(e.folder, "log.key.next"), []byte(secret+"\n"), 0o600)
}

// install pins a root that was verified, and with it the log key that it lists.
func (a *app) install(e *authorityEnv, signed trust.Signed) error {
	root, err := signed.Open()
	if err != nil {
		return err
	}
	if err := writeOwn(e.file, signed.Encode(), 0o644); err != nil {
		return err
	}
	key := filepath.Join(e.folder, "log.key")
	b, err := readOwn(key+".next", 0o077)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if verifier, err := trust.VerifierOf(string(b)); err == nil && slices.Contains(root.LogKeys, verifier) {
		if err := endorse(e, root, verifier); err != nil {
			return err
		}
		if err := os.Rename(key, key+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.Rename(key+".next", key); err != nil {
			return err
		}
		a.progress("%s is the new log key; the old one is beside it", key)
	}
	fmt.Fprintf(a.env.Stdout, "root of trust of repository %s, version %d: %s\n", root.Repository, root.Version, signed.Digest())
	a.progress("pinned at %s", e.file)
	return nil
}

// rootState says who signed a root so far; status 3 while more must.
func (a *app) rootState(e *authorityEnv, signed trust.Signed, file string) error {
	old, root, err := e.signed.Follows(signed)
	if err != nil {
		return err
	}
	signers, err := signed.Signers()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.env.Stdout, "%s: root of trust of repository %s, version %d: %s\n", file, root.Repository, root.Version, signed.Digest())
	fmt.Fprintf(a.env.Stdout, "  signed by %d of the old owners, wanted %d; by %d of the new, wanted %d\n", old.Have(signers), old.Threshold, root.Have(signers), root.Threshold)
	if _, err := e.signed.Next(signed); err == nil {
		a.progress("complete: everybody runs patchops trust pin %s", file)
		return nil
	}
	for _, fingerprint := range missing(old, root, signers) {
		fmt.Fprintf(a.env.Stdout, "  could sign: %s\n", fingerprint)
	}
	a.progress("each of them runs patchops trust sign %s", file)
	return statusError{status: exitFindings}
}

func missing(old, root trust.Root, signers []string) []string {
	all := slices.Concat(old.Fingerprints(), root.Fingerprints())
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(f string) bool { return slices.Contains(signers, f) })
}

type trustSignFlags struct {
	authorityFlags
	key, digest string
}

func (a *app) trustSignCommand() *cobra.Command {
	var f trustSignFlags
	cmd := &cobra.Command{
		Use:   "sign FILE",
		Short: "Sign the next root of trust, as an owner",
		Long: "Sign shows what the next root changes and asks; without a terminal it wants the\n" +
			"root's digest, so that nothing is signed unseen. It adds your signature to FILE.",
		Example: "  patchops trust sign root-2.json\n  patchops trust sign root-2.json --key ~/.ssh/id_ed25519",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.trustSign(cmd, f, args[0]) },
	}
	f.add(cmd)
	cmd.Flags().StringVar(&f.key, "key", "", "sign with the SSH key `FILE`")
	cmd.Flags().StringVar(&f.digest, "digest", "", "do not ask: the root to sign has this `DIGEST`")
	return cmd
}

func (a *app) trustSign(cmd *cobra.Command, f trustSignFlags, file string) error {
	next, err := a.readSigned(file)
	if err != nil {
		return err
	}
	e, err := a.authority(cmd.Context(), f.authorityFlags, false)
	if err != nil {
		return err
	}
	defer e.close()
	old, root, err := e.signed.Follows(next)
	if err != nil {
		return err
	}
	signers, err := next.Signers()
	if err != nil {
		return err
	}
	if f.digest == "" {
		fmt.Fprint(a.env.Stdout, rootChange(old, root))
	}
	if err := a.agreed("--digest", f.digest, next.Digest(), "sign version "+fmt.Sprint(root.Version)); err != nil {
		return err
	}
	key, err := signer.Find(cmd.Context(), a.signing(e, f.key), missing(old, root, signers))
	if err != nil {
		return err
	}
	mine := key.Key().Fingerprint()
	if !slices.Contains(missing(old, root, signers), mine) {
		return usage("%s signed it already, or is no owner's key", mine)
	}
	added, err := key.Sign(cmd.Context(), []byte(next.Root), signature.Roots)
	if err != nil {
		return err
	}
	next.Signatures = append(next.Signatures, added)
	if err := writeOut(a.absolute(file), contents(next.Encode())); err != nil {
		return err
	}
	return a.rootState(e, next, file)
}

// rootChange is what a root changes, in lines.
func rootChange(old, root trust.Root) string {
	var b strings.Builder
	fmt.Fprintf(&b, "version %d of the root of trust of repository %s changes\n", root.Version, root.Repository)
	list := func(what string, before, after []string) {
		for _, x := range before {
			if !slices.Contains(after, x) {
				fmt.Fprintf(&b, "  - %s %s\n", what, x)
			}
		}
		for _, x := range after {
			if !slices.Contains(before, x) {
				fmt.Fprintf(&b, "  + %s %s\n", what, x)
			}
		}
	}
	list("owner", old.Owners, root.Owners)
	list("log key", old.LogKeys, root.LogKeys)
	b.WriteString(revokedChange(old, root))
	list("threshold", []string{fmt.Sprint(old.Threshold)}, []string{fmt.Sprint(root.Threshold)})
	list("target", []string{old.Target}, []string{root.Target})
	list("forge", []string{fmt.Sprintf("%+v", old.Forge)}, []string{fmt.Sprintf("%+v", root.Forge)})
	return b.String()
}
