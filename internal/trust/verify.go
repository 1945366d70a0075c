package trust

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/signature"
)

// Type is the constant first field of a root.
const Type = "patchops/root/v1"

// ErrRoot says that a root of trust does not hold: exit status 4.
var ErrRoot = errors.New("the root of trust does not hold")

// Limits of a root: of its bytes, its owners and its log keys.
const (
	largest   = 256 << 10
	maxOwners = 64
	maxKeys   = 64
)

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrRoot, fmt.Errorf(format, args...))
}

// Parse reads a signed root as its file holds it: canonical JSON and one line
// feed, which may be absent. It checks no signature.
func Parse(b []byte) (Signed, error) {
	if len(b) > largest {
		return Signed{}, bad("%d bytes, wanted at most %d", len(b), largest)
	}
	var s Signed
	if err := canonical.Unmarshal(bytes.TrimSuffix(b, []byte("\n")), &s); err != nil {
		return Signed{}, bad("%w", err)
	}
	return s, nil
}

// Encode is the file of a signed root.
func (s Signed) Encode() []byte {
	b, err := canonical.Marshal(s)
	if err != nil {
		panic(err) // strings always encode
	}
	return append(b, '\n')
}

// Digest identifies the root, whoever signed it: that of its bytes.
func (s Signed) Digest() string { return canonical.Digest([]byte(s.Root)) }

// Encode is the bytes of a root that its owners sign; an error says what is wrong
// with it.
func (r Root) Encode() ([]byte, error) {
	r.Type = Type
	if err := r.Check(); err != nil {
		return nil, err
	}
	return canonical.Marshal(r)
}

// Read reads the root without asking who signed it.
func (s Signed) Read() (Root, error) {
	var r Root
	if err := canonical.Unmarshal([]byte(s.Root), &r); err != nil {
		return Root{}, bad("%w", err)
	}
	if err := r.Check(); err != nil {
		return Root{}, err
	}
	return r, nil
}

// Open reads the root and wants the signatures of the threshold of its owners.
func (s Signed) Open() (Root, error) {
	r, err := s.Read()
	if err != nil {
		return Root{}, err
	}
	signers, err := s.Signers()
	if err != nil {
		return Root{}, err
	}
	if err := r.enough("its", signers); err != nil {
		return Root{}, err
	}
	return r, nil
}

// Signers are the fingerprints of the keys that signed, sorted, each once. A
// signature that does not hold is an error, never skipped.
func (s Signed) Signers() ([]string, error) {
	if len(s.Signatures) > maxOwners*2 {
		return nil, bad("%d signatures, wanted at most %d", len(s.Signatures), maxOwners*2)
	}
	var out []string
	for i, armored := range s.Signatures {
		key, err := signature.Verify([]byte(s.Root), armored, signature.Roots)
		if err != nil {
			return nil, bad("signature %d: %w", i+1, err)
		}
		out = append(out, key.Fingerprint())
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// enough wants the threshold of the owners among distinct signers: two
// signatures by one key are one (E21).
func (r Root) enough(whose string, signers []string) error {
	if have := r.Have(signers); have < r.Threshold {
		return bad("signed by %d of %s owners, wanted %d", have, whose, r.Threshold)
	}
	return nil
}

// Have is how many of the owners are among distinct signers.
func (r Root) Have(signers []string) int64 {
	var have int64
	for _, fingerprint := range r.owners() {
		if slices.Contains(signers, fingerprint) {
			have++
		}
	}
	return have
}

// Fingerprints are the owners'.
func (r Root) Fingerprints() []string { return r.owners() }

// owners are the fingerprints of the owners of a root that was checked.
func (r Root) owners() []string {
	var out []string
	for _, line := range r.Owners {
		if key, err := signature.ParseKey(line); err == nil {
			out = append(out, key.Fingerprint())
		}
	}
	return out
}

// Owns reports whether the key with that fingerprint is an owner's.
func (r Root) Owns(fingerprint string) bool { return slices.Contains(r.owners(), fingerprint) }

// Next checks that next follows s: the same repository, the next version, s's
// digest, and signatures of the threshold of the old owners and of the new.
func (s Signed) Next(next Signed) (Root, error) {
	old, r, err := s.Follows(next)
	if err != nil {
		return Root{}, err
	}
	if _, err := next.Open(); err != nil {
		return Root{}, err
	}
	signers, err := next.Signers()
	if err != nil {
		return Root{}, err
	}
	return r, old.enough("the old root's", signers)
}

// Follows checks that next follows s, whoever signed it so far.
func (s Signed) Follows(next Signed) (old, r Root, err error) {
	if old, err = s.Open(); err != nil {
		return old, r, err
	}
	if r, err = next.Read(); err != nil {
		return old, r, err
	}
	switch {
	case r.Repository != old.Repository:
		err = bad("version %d is of repository %q, wanted %q", r.Version, r.Repository, old.Repository)
	case r.Version != old.Version+1:
		err = bad("version %d follows version %d, wanted %d", r.Version, old.Version, old.Version+1)
	case r.Previous != s.Digest():
		err = bad("version %d follows the root %s, wanted %s", r.Version, r.Previous, s.Digest())
	case r.Genesis != old.Genesis:
		err = bad("version %d has another genesis, %s, wanted %s", r.Version, r.Genesis.Commit, old.Genesis.Commit)
	default:
		err = old.Keeps(r)
	}
	return old, r, err
}

var (
	repositoryForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{7,63}$`)
	branchForm     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}$`)
	commitForm     = regexp.MustCompile(`^[0-9a-f]{40}$`)
	digestForm     = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// IsRepository reports whether a text has the form of a repository's id, so that it
// can be a folder's name.
func IsRepository(id string) bool { return repositoryForm.MatchString(id) }

// Check says what is wrong with a root's values.
func (r Root) Check() error {
	switch {
	case r.Type != Type:
		return bad("type %q, wanted %q", r.Type, Type)
	case r.Version < 1:
		return bad("version %d, wanted 1 or more", r.Version)
	case !repositoryForm.MatchString(r.Repository):
		return bad("repository %q, wanted its id of letters, digits and hyphens", r.Repository)
	case !branchForm.MatchString(r.Target) || strings.Contains(r.Target, "..") || strings.HasPrefix(r.Target, "patchops/"):
		return bad("target %q, wanted a branch such as \"main\"", r.Target)
	case !commitForm.MatchString(r.Genesis.Commit):
		return bad("genesis commit %q, wanted a full id", r.Genesis.Commit)
	case !digestForm.MatchString(r.Genesis.Manifest):
		return bad("genesis manifest %q, wanted \"sha256:<hex>\"", r.Genesis.Manifest)
	case (r.Version == 1) != (r.Previous == ""):
		return bad("version %d with previous root %q", r.Version, r.Previous)
	case r.Previous != "" && !digestForm.MatchString(r.Previous):
		return bad("previous root %q, wanted \"sha256:<hex>\"", r.Previous)
	}
	if err := r.Forge.Check(); err != nil {
		return bad("%w", err)
	}
	if err := r.checkOwners(); err != nil {
		return err
	}
	if err := r.checkLogKeys(); err != nil {
		return err
	}
	return r.checkRevoked()
}

func (r Root) checkOwners() error {
	if len(r.Owners) == 0 || len(r.Owners) > maxOwners {
		return bad("%d owners, wanted 1 to %d", len(r.Owners), maxOwners)
	}
	if r.Threshold < 1 || r.Threshold > int64(len(r.Owners)) {
		return bad("threshold %d, wanted 1 to %d, the number of owners", r.Threshold, len(r.Owners))
	}
	if !slices.IsSorted(r.Owners) {
		return bad("the owners are not sorted")
	}
	seen := map[string]bool{}
	for _, line := range r.Owners {
		key, err := signature.ParseKey(line)
		if err != nil {
			return bad("owner: %w", err)
		}
		if key.String() != line {
			return bad("owner %q, wanted type and base64 only, as %q", line, key)
		}
		if seen[key.Fingerprint()] {
			return bad("owner %s stands there twice: one key is one owner", key.Fingerprint())
		}
		seen[key.Fingerprint()] = true
	}
	return nil
}

func (r Root) checkLogKeys() error {
	if len(r.LogKeys) == 0 || len(r.LogKeys) > maxKeys {
		return bad("%d log keys, wanted 1 to %d", len(r.LogKeys), maxKeys)
	}
	seen := map[string]bool{}
	for _, line := range r.LogKeys {
		v, err := note.NewVerifier(line)
		if err != nil {
			return bad("log key %q: %w", line, err)
		}
		id := fmt.Sprintf("%s+%08x", v.Name(), v.KeyHash())
		if seen[id] {
			return bad("log key %s stands there twice", id)
		}
		seen[id] = true
	}
	return nil
}

// Verifiers are the log keys, with what the revoked ones count for.
func (r Root) Verifiers() (*LogKeys, error) {
	var list []note.Verifier
	for _, line := range r.LogKeys {
		v, err := note.NewVerifier(line)
		if err != nil {
			return nil, bad("log key %q: %w", line, err)
		}
		list = append(list, v)
	}
	return &LogKeys{note.VerifierList(list...), r}, nil
}

// Line is one file of a tree for its manifest.
type Line struct {
	Path string
	Mode string // as Git writes it, such as "100644"
	Sum  [sha256.Size]byte
}

// Manifest is the digest of a tree that does not depend on Git's ids (R41): of
// its lines "<mode> <sha256 of bytes> <path>\n", sorted by path.
func Manifest(lines []Line) string {
	lines = slices.Clone(lines)
	slices.SortFunc(lines, func(a, b Line) int { return strings.Compare(a.Path, b.Path) })
	h := sha256.New()
	for _, l := range lines {
		fmt.Fprintf(h, "%s %x %s\n", l.Mode, l.Sum, l.Path)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
