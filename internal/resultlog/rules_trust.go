package resultlog

import (
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/statement"
	"github.com/patchops/patchops/internal/trust"
)

// first is what record 0 of a log must be: the root of trust in a client's first
// log, else the last checkpoint of the one before. Before is nil if that is not at
// hand.
func (j *rules) first(r *Record, before *Log, keys note.Verifiers) string {
	switch {
	case r.Kind != RootKind && r.Kind != Start:
		return fmt.Sprintf("a log that begins with %q, wanted %q or %q", r.Kind, RootKind, Start)
	case r.Kind == RootKind && before != nil:
		return fmt.Sprintf("a log that begins with %q, and %s goes before it", RootKind, before.Name.Origin())
	case r.Kind == RootKind:
		return ""
	}
	if before == nil {
		j.partial = true
	} else {
		keys = before.verifiers(keys)
	}
	c, err := Unsigned([]byte(r.Last))
	if err != nil {
		return err.Error()
	}
	last, ok := ParseOrigin(c.Origin)
	if !ok || !last.before(j.name) {
		return fmt.Sprintf("the log before is %q", c.Origin)
	}
	if before == nil {
		return ""
	}
	if c, err = OpenCheckpoint([]byte(r.Last), keys); err != nil {
		return err.Error()
	}
	if c.Origin != before.Name.Origin() {
		return fmt.Sprintf("the log before is %q, and %q is at hand", c.Origin, before.Name.Origin())
	}
	if why := before.ended(c); why != "" {
		return "the log before: " + why
	}
	return ""
}

// rootRecord: roots are signed by their owners and never go back; ours is among
// them if it is of the same version.
func (j *rules) rootRecord(p Place, r *Record) string {
	signed, err := trust.Parse([]byte(r.Root))
	if err != nil {
		return err.Error()
	}
	root, err := signed.Open()
	if err != nil {
		return err.Error()
	}
	switch {
	case root.Repository != j.name.Repository:
		return fmt.Sprintf("a root of repository %q, wanted %q", root.Repository, j.name.Repository)
	case root.Version < j.version:
		return fmt.Sprintf("root %d after root %d", root.Version, j.version)
	}
	j.version, j.forge = root.Version, j.forge || root.Forge.Type != plainGit
	j.roots = append(j.roots, givenRoot{j.name, p, root, signed})
	if j.root != nil && j.root.Version == root.Version {
		ours, err := j.root.Encode()
		if err != nil || string(ours) != signed.Root {
			return fmt.Sprintf("root %d is another than the one that was given", root.Version)
		}
	}
	return ""
}

// givenRoot is a root of trust that a log holds.
type givenRoot struct {
	name   Name
	place  Place
	root   trust.Root
	signed trust.Signed
}

// linked checks that every later root than the one that is trusted follows from it,
// one version after the other, and that the one just before is what it says. A root
// that does not is somebody else's.
func linked(trusted *trust.Root, roots []givenRoot) error {
	if trusted == nil || len(roots) == 0 {
		return nil
	}
	text, err := trusted.Encode()
	if err != nil {
		return err
	}
	known := map[string]trust.Root{canonical.Digest(text): *trusted}
	for {
		var open []givenRoot
		for _, g := range roots {
			old, ok := known[g.root.Previous]
			switch digest := g.signed.Digest(); {
			case g.root.Version < trusted.Version-1, digest == trusted.Previous:
			case g.root.Version == trusted.Version: // judged where it stands
			case ok && g.root.Version == old.Version+1 && g.root.Genesis == old.Genesis && enough(old, g.signed) && old.Keeps(g.root) == nil:
				known[digest] = g.root
			default:
				open = append(open, g)
			}
		}
		if len(open) == 0 {
			return nil
		}
		if len(open) == len(roots) {
			g := open[0]
			return fault(g.name, "root: version %d does not follow from the one that was given, version %d", g.root.Version, trusted.Version).at(g.place)
		}
		roots = open
	}
}

// enough reports whether the threshold of a root's owners signed another one.
func enough(old trust.Root, next trust.Signed) bool {
	signers, err := next.Signers()
	return err == nil && old.Have(signers) >= old.Threshold
}

// revoke: a person's key by a statement; a log key as the root of trust says.
func (j *rules) revoke(r *Record) string {
	if _, err := note.NewVerifier(r.Key); err != nil {
		return j.revokePerson(r)
	}
	if j.root == nil {
		return "a log key is revoked: that needs the root of trust to be judged"
	}
	good, revoked := j.root.Good(j.name.Log(), r.Key)
	switch {
	case !revoked:
		return fmt.Sprintf("a log key revoked by nobody: %d owners say that, in the root of trust, and version %d does not; if there is a newer one, its owners have it", j.root.Threshold, j.root.Version)
	case r.Size != good.Size:
		return fmt.Sprintf("a log key revoked as of %d records, and the root of trust says %d", r.Size, good.Size)
	case r.Seq < good.Size:
		return fmt.Sprintf("a log key revoked as of %d records, in a record before", good.Size)
	}
	return ""
}

func (j *rules) revokePerson(r *Record) string {
	if r.Statement == nil {
		return "no signed statement"
	}
	st, _, err := r.Statement.Open()
	switch {
	case err != nil:
		return err.Error()
	case st.Act != statement.Revoke || st.Subject != "key:"+r.Key || st.Repository != j.name.Repository:
		return fmt.Sprintf("a statement to %s %q of repository %q, wanted to revoke %q", st.Act, st.Subject, st.Repository, "key:"+r.Key)
	}
	return ""
}
