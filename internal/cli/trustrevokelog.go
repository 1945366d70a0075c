package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/trust"
)

// trustRevokeLog makes the next root of trust, which says that log keys were in wrong
// hands and what of each log is good.
func (a *app) trustRevokeLog(cmd *cobra.Command, f revokeFlags, args []string) error {
	if f.since != "" {
		return usage("--compromised-since is of a person's key: of a log key say how many records of each log are good, by --good CLIENT/YEAR=SIZE")
	}
	e, err := a.authority(cmd.Context(), f.authorityFlags, false)
	if err != nil {
		return err
	}
	defer e.close()
	root := e.following()
	var gone []string
	for _, text := range args {
		key := logKeyArg(e.trust, text)
		if key == "" {
			return usage("KEY is %q, and the root of trust lists no such log key: patchops trust show prints them", text)
		}
		gone = append(gone, key)
	}
	logs, err := e.signedLogs(cmd.Context())
	if err != nil {
		return err
	}
	good, err := a.goodOf(e, f, gone, logs)
	if err != nil {
		return err
	}
	for _, key := range gone {
		root.Revoked = slices.DeleteFunc(root.Revoked, func(r trust.Revoked) bool { return r.Key == key })
		root.Revoked = append(root.Revoked, trust.Revoked{Key: key, Good: good[key], Reason: f.reason})
	}
	slices.SortFunc(root.Revoked, func(x, y trust.Revoked) int { return strings.Compare(x.Key, y.Key) })
	if err := e.signsOn(root, f.newLog); err != nil {
		return err
	}
	if f.newLog {
		verifier, err := newLogKey(e)
		if err != nil {
			return err
		}
		root.LogKeys = append(root.LogKeys, verifier)
	}
	if err := errors.Join(root.Check(), e.trust.Keeps(root)); err != nil {
		return usage("%w", err)
	}
	if err := e.remains(root, logs); err != nil {
		return err
	}
	return a.nextVersion(cmd, e, root, f.key, f.out)
}

// remains verifies what would be left. Logs lean on one another: sizes that are not of one
// moment would leave logs that hold for nobody, and the owners' word stays.
func (e *authorityEnv) remains(root trust.Root, logs []signedLog) error {
	keys, err := root.Verifiers()
	if err != nil {
		return err
	}
	var sources []resultlog.Source
	for _, l := range logs {
		if l.at < 0 {
			continue
		}
		commit := l.points[l.at].commit
		files, err := e.git.LazyTree(commit)
		if err != nil {
			return err
		}
		sources = append(sources, resultlog.Source{
			Name: l.name, Branch: l.branch, Tip: commit, Files: files, History: &logHistory{e.git, e.git.Differ(), commit},
		})
	}
	if len(sources) > 0 && !slices.ContainsFunc(sources, func(s resultlog.Source) bool { return s.Name.Client == resultlog.Org }) {
		return usage("nothing of the log of %s would be left, and other logs rest on its leases: nothing of those is good either", resultlog.Org)
	}
	if _, err := resultlog.Verify(sources, resultlog.Options{Keys: keys, Root: &root, Whole: true}); err != nil {
		return usage("what would be left of the logs would not hold: %w\ngive sizes that the logs had at one moment: patchops log show prints the records with their times", err)
	}
	return nil
}

// signsOn wants a log key to be left, also on this machine if it signs logs: without one
// the controller could not go on.
func (e *authorityEnv) signsOn(root trust.Root, draws bool) error {
	if draws {
		return nil
	}
	if len(root.Revoked) == len(root.LogKeys) {
		return usage("no log key would be left: give --new-log-key, on the controller's machine")
	}
	b, err := readOwn(filepath.Join(e.folder, "log.key"), 0o077)
	if err != nil {
		return nil // it signs no logs
	}
	verifier, err := trust.VerifierOf(string(b))
	if _, revoked := root.Good("", verifier); err == nil && revoked {
		return usage("the log key of this machine would be revoked: give --new-log-key")
	}
	return nil
}

// stated is how many records of a log are good, as the command line says it.
type stated struct {
	size int64
	hash string // "" where only the size was given
}

// statedGood reads --good: CLIENT/YEAR=SIZE, or the file of a signed checkpoint.
func (a *app) statedGood(e *authorityEnv, list []string) (map[string]stated, error) {
	out := map[string]stated{}
	for _, text := range list {
		log, size, ok := strings.Cut(text, "=")
		s := stated{}
		if ok {
			n, err := strconv.ParseInt(size, 10, 64)
			if err != nil || n < 0 {
				return nil, usage("--good is %q, wanted CLIENT/YEAR=SIZE, or the file of a signed checkpoint", text)
			}
			s.size = n
		} else {
			signed, err := readSmall(a.absolute(text))
			if err != nil {
				return nil, usage("--good is %q, wanted CLIENT/YEAR=SIZE, or the file of a signed checkpoint: %w", text, err)
			}
			keys, err := e.trust.Verifiers()
			if err != nil {
				return nil, err
			}
			point, err := resultlog.OpenCheckpoint(signed, keys)
			if err != nil {
				return nil, usage("--good %s: %w", text, err)
			}
			n, ok := resultlog.ParseOrigin(point.Origin)
			if !ok || n.Repository != e.trust.Repository {
				return nil, usage("--good %s: a checkpoint of %q, wanted one of a log of this repository", text, point.Origin)
			}
			log, s = n.Log(), stated{point.Size, point.Root.String()}
		}
		if _, twice := out[log]; twice {
			return nil, usage("--good says twice what is good of %s", log)
		}
		out[log] = s
	}
	return out, nil
}

// signedLog is a log's branch as far as it is about who signed what.
type signedLog struct {
	branch string
	name   resultlog.Name
	points []signedPoint // of its commits, oldest first
	at     int           // of those, where it would be taken back to; -1 to nothing
}

type signedPoint struct {
	resultlog.Checkpoint
	commit string
	keys   []string // of the root that signed it
	counts bool     // as the root is now
}

// by reports whether one of the keys signed.
func (p signedPoint) by(keys []string) bool {
	return slices.ContainsFunc(p.keys, func(k string) bool { return slices.Contains(keys, k) })
}

// signedLogs reads who signed what on the branches of all logs.
func (e *authorityEnv) signedLogs(ctx context.Context) ([]signedLog, error) {
	branches, err := e.clone.Branches(ctx, "")
	if err != nil {
		return nil, err
	}
	prefix := e.logPrefix()
	var out []signedLog
	for _, branch := range keys(branches) {
		name, ok := resultlog.ParseBranch(prefix, e.trust.Repository, branch)
		if !ok {
			continue
		}
		commits, err := e.git.FirstParents("", branches[branch])
		if err != nil {
			return nil, err
		}
		log := signedLog{branch: branch, name: name}
		for _, c := range slices.Backward(commits) {
			if p, ok := e.signedPoint(c.ID, name); ok {
				log.points = append(log.points, p)
			}
		}
		if log.at = log.newest(); len(log.points) > 0 {
			out = append(out, log)
		}
	}
	return out, nil
}

// newest is the last of a log's points that counts: others may have written on it, or made it,
// with a key that is revoked. -1 none.
func (l signedLog) newest() int {
	at := len(l.points) - 1
	for at >= 0 && !l.points[at].counts {
		at--
	}
	return at
}

// signedPoint is a commit's checkpoint, and which of the root's log keys signed it,
// whether they were revoked before or not.
func (e *authorityEnv) signedPoint(commit string, name resultlog.Name) (signedPoint, bool) {
	out := signedPoint{commit: commit}
	files, err := e.git.LazyTree(commit)
	if err != nil {
		return out, false
	}
	signed, err := fs.ReadFile(files, "checkpoint")
	if err != nil {
		return out, false
	}
	for _, key := range e.trust.LogKeys {
		one, err := resultlog.Verifiers([]string{key})
		if err != nil {
			continue
		}
		if c, err := resultlog.Peek(signed, name, one); err == nil {
			out.Checkpoint, out.keys = c, append(out.keys, key)
		}
	}
	if all, err := e.trust.Verifiers(); err == nil {
		_, err = resultlog.Peek(signed, name, all)
		out.counts = err == nil
	}
	return out, len(out.keys) > 0
}

// goodOf is what counts of each log that the keys signed: every one must be spoken of,
// for of the rest nothing would count.
func (a *app) goodOf(e *authorityEnv, f revokeFlags, gone []string, logs []signedLog) (map[string][]trust.Good, error) {
	said, err := a.statedGood(e, f.good)
	if err != nil {
		return nil, err
	}
	out := map[string][]trust.Good{}
	for _, key := range gone {
		out[key] = []trust.Good{}
	}
	var unsaid []string
	for i := range logs {
		l := &logs[i]
		if !slices.ContainsFunc(l.points, func(p signedPoint) bool { return p.by(gone) }) {
			continue
		}
		s, named := said[l.name.Log()]
		delete(said, l.name.Log())
		if !named && !f.others {
			unsaid = append(unsaid, fmt.Sprintf("%s (%s)", l.name.Log(), l.sizes()))
			continue
		}
		if !named {
			if s.size, err = l.all(gone); err != nil {
				return nil, err
			}
		}
		good, err := l.good(s, gone)
		if err != nil {
			return nil, err
		}
		for _, key := range gone {
			g := good
			if old, revoked := e.trust.Good(g.Log, key); revoked && old.Size < g.Size { // it stays what it was
				g = old
			}
			out[key] = append(out[key], g)
		}
	}
	switch {
	case len(unsaid) > 0:
		return nil, usage("how many records are good is not said of %s\ngive --good CLIENT/YEAR=SIZE or the file of a checkpoint for each, or --others-good if all of them are", strings.Join(unsaid, ", "))
	case len(said) > 0:
		return nil, usage("--good names %s, and the key signed nothing there", slices.Sorted(maps.Keys(said))[0])
	}
	for _, list := range out {
		slices.SortFunc(list, func(x, y trust.Good) int { return strings.Compare(x.Log, y.Log) })
	}
	return out, nil
}

// sizes are the sizes that a log can be taken back to.
func (l signedLog) sizes() string {
	var all []string
	for _, p := range l.points {
		all = append(all, fmt.Sprint(p.Size))
	}
	all = slices.Compact(all)
	if n := len(all); n > 6 {
		all = append([]string{"..."}, all[n-6:]...)
	}
	return "sizes: " + strings.Join(all, " ")
}

// all is how many records the keys signed, where none of their commits goes back.
func (l signedLog) all(keys []string) (int64, error) {
	var size int64
	for _, p := range l.points {
		if !p.by(keys) || !p.counts {
			continue
		}
		if p.Size < size {
			return 0, usage("%s goes back from %d records to %d, which somebody else did: say how many are good", l.branch, size, p.Size)
		}
		size = p.Size
	}
	return size, nil
}

// good is the beginning of a log with so many records. Some commit must have it, so that
// the log can be taken back to it, and no other key may have signed what is set aside.
func (l *signedLog) good(s stated, gone []string) (trust.Good, error) {
	g := trust.Good{Log: l.name.Log(), Size: s.size}
	l.at = -1
	for i, p := range l.points {
		hash := p.Root.String()
		switch {
		case s.size == 0 || !p.counts || p.Size != s.size || s.hash != "" && s.hash != hash:
		case g.Hash != "" && g.Hash != hash:
			return g, usage("two different logs of %d records were signed on %s: say which is good, by the file of its checkpoint", s.size, l.branch)
		case g.Hash == "":
			g.Hash, l.at = hash, i
		}
	}
	if s.size > 0 && l.at < 0 {
		return g, usage("no commit of %s has %d records such as that, so the log cannot be taken back to it: %s", l.branch, s.size, l.sizes())
	}
	bad := false
	for _, p := range l.points[l.at+1:] {
		mine := p.by(gone)
		if bad && !mine && p.counts {
			return g, usage("log key %s signed on top of what is set aside on %s\nrevoke that key, too, in one command: the records that it signed there go with the rest", p.keys[0], l.branch)
		}
		bad = bad || mine && (p.Size != g.Size || p.Root.String() != g.Hash)
	}
	return g, nil
}

// revokedChange is what a root says of log keys that are revoked, and the one before
// does not, in lines.
func revokedChange(old, root trust.Root) string {
	var b strings.Builder
	for _, r := range root.Revoked {
		same := func(o trust.Revoked) bool {
			return o.Key == r.Key && o.Reason == r.Reason && slices.Equal(o.Good, r.Good)
		}
		if slices.ContainsFunc(old.Revoked, same) {
			continue
		}
		fmt.Fprintf(&b, "  revoked    %s: %s\n             of what it signed counts\n", r.Key, r.Reason)
		for _, g := range r.Good {
			b.WriteString(strings.TrimRight(fmt.Sprintf("             %s: the first %d records %s", g.Log, g.Size, g.Hash), " ") + "\n")
		}
		if len(r.Good) == 0 {
			b.WriteString("             nothing\n")
		}
	}
	return b.String()
}
