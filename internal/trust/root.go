// Package trust is the root of trust: what a machine must know before it believes
// anything that a repository says. It lives outside the repository (R2), is
// signed by its owners, and a new one needs the threshold of the old one's owners
// and of its own (authority.md 7).
//
// The package knows no files and no clock.
package trust

// Root is version N of the root of trust, canonical JSON.
type Root struct {
	Type    string `json:"type"` // patchops/root/v1
	Version int64  `json:"version"`
	// Repository is the random id that Config.repositoryId repeats.
	Repository string `json:"repository"`
	// Target is the branch that changes are merged into.
	Target string `json:"target"`
	Forge  Forge  `json:"forge"`
	// Owners are OpenSSH public keys, sorted; Threshold of them sign a root.
	Owners    []string `json:"owners"`
	Threshold int64    `json:"threshold"`
	// LogKeys are the verifier keys of checkpoints (note format), the newest last.
	LogKeys []string `json:"logKeys"`
	// Revoked are those of them that were in wrong hands, sorted.
	Revoked []Revoked `json:"revoked,omitempty"`
	Genesis Genesis   `json:"genesis"`
	// Previous is the digest of the root before; "" in the first.
	Previous string `json:"previous,omitempty"`
}

// Genesis is the first authorised tip.
type Genesis struct {
	Commit string `json:"commit"`
	// Manifest is the SHA-256 of the tree's path-sorted lines
	// "<mode> <sha256 of bytes> <path>\n".
	Manifest string `json:"manifest"`
}

// Forge says where changes are proposed: "git" (branches) or "github".
type Forge struct {
	Type       string `json:"type"`
	API        string `json:"api,omitempty"`        // base URL of the REST API; "" is github.com's
	Repository string `json:"repository,omitempty"` // owner/name, for display
	ID         int64  `json:"id,omitempty"`         // the repository's numeric id
	App        int64  `json:"app,omitempty"`        // the app whose check runs are ours
	Bot        int64  `json:"bot,omitempty"`        // our account's numeric id
}

// Signed is a root with the owners' signatures (SSHSIG, namespace patchops-root)
// over exactly the bytes of Root.
type Signed struct {
	Root       string   `json:"root"`
	Signatures []string `json:"signatures"`
}
