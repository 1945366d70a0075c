package controller

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/trust"
)

// LookOptions are what a View needs.
type LookOptions struct {
	Root   trust.Root
	Clone  *git.Clone // fetched
	Forge  Forge      // nil: plain Git
	Engine *pipeline.Engine
	Child  pipeline.Child
	Now    time.Time
	Prefix string // folder of the documents below the repository's top
	State  string // this machine's state folder; "" remembers nothing
	// Kept is what earlier checks found; only where nothing is decided by it.
	Kept pipeline.Kept
}

// View is one look at the repository: logs verified and folded, people read from
// the authorised tip.
type View struct {
	Root   trust.Root
	State  *authority.State
	Main   string
	Book   *approval.Book // of the authorised tip
	Config *spec.Config   // of the authorised tip
	// Problems are what is wrong with people's chains: for show.
	Problems []string

	store    Store
	judge    Judge
	forge    Forge
	now      time.Time
	branches map[string]string
	logs     map[string]*openLog
	chains   []chain
	broken   map[string]string // person -> why unrecorded statements do not count
	path     []git.Commit      // main after the tip, oldest first
	reviews  map[string][]forgeReview
	rootText string // the signed root, for the log
	// What was asked of the forge for this look, once.
	changes  []change.Change
	listed   bool
	who      map[string]change.Contributors
	required map[string][]change.Required
	named    map[string]reading
	opened   map[string]said // statements whose signature was checked, by evidence
	prefix   string          // of the logs
	// unread are logs and the lease whose tip was not fetched, and why: what is known of
	// them from before counts, and nothing is written there.
	unread map[string]string
	gone   map[string]int64 // see revoked
}

// looker looks again and again at one repository, and remembers what it read.
type looker struct {
	root   trust.Root
	store  Store
	judge  Judge
	forge  Forge
	logs   logReader
	chains map[string]chain // by branch and tip
	seen   *Seen
	text   string // the signed root
	opened map[string]said
}

// Look verifies the logs against the root and folds them. An integrity error
// (resultlog.ErrIntegrity) is exit 4. Close the view in the end.
func Look(ctx context.Context, o LookOptions) (*View, error) {
	store, err := open(o.Clone)
	if err != nil {
		return nil, err
	}
	l, err := newLooker(o.Root, store, &pipelineJudge{engine: o.Engine, child: o.Child, store: store, prefix: o.Prefix, kept: o.Kept}, o.Forge)
	if err == nil && o.State != "" {
		l.seen, err = readSeen(o.State)
	}
	if err != nil {
		_ = store.Close()
		return nil, err
	}
	v, err := l.look(ctx, o.Now)
	if err != nil {
		_ = store.Close()
		return nil, err
	}
	return v, nil
}

// Close releases the repository's files.
func (v *View) Close() { _ = v.store.Close() }

// Changes are the open changes, by name, as the forge lists them, without those
// that were merged.
func (v *View) Changes(ctx context.Context) ([]change.Change, error) {
	if v.listed {
		return v.changes, nil
	}
	all, err := v.forge.Open(ctx)
	if err != nil {
		return nil, fmt.Errorf("open changes: %w", err)
	}
	v.changes, v.listed = slices.DeleteFunc(all, func(c change.Change) bool {
		_, landed := v.State.Landed[authority.Key(c.Name, c.Head)]
		return landed
	}), true
	return v.changes, nil
}

// newLooker takes the prefix of the logs from the genesis, which the root pins:
// what a change to patchops.yaml says later moves no log.
func newLooker(root trust.Root, store Store, judge Judge, forge Forge) (*looker, error) {
	keys, err := root.Verifiers()
	if err != nil {
		return nil, err
	}
	_, config, err := judge.Book(root.Genesis.Commit)
	if err != nil {
		return nil, fmt.Errorf("the genesis of the root of trust: %w", err)
	}
	prefix := spec.DefaultLogPrefix
	if config != nil && config.LogPrefix != "" {
		prefix = config.LogPrefix
	}
	if forge == nil {
		forge = Plain(store, root.Target, prefix)
	}
	return &looker{
		root: root, store: store, judge: judge, forge: forge, chains: map[string]chain{}, opened: map[string]said{},
		logs: logReader{keys: keys, repository: root.Repository, prefix: prefix},
	}, nil
}

// look reads what was fetched.
func (l *looker) look(ctx context.Context, now time.Time) (*View, error) {
	branches, err := l.store.Branches(ctx, "")
	if err != nil {
		return nil, err
	}
	v := &View{
		Root: l.root, store: l.store, judge: l.judge, forge: l.forge, now: now, branches: branches,
		Main: branches[l.root.Target], broken: map[string]string{}, reviews: map[string][]forgeReview{}, rootText: l.text,
		who: map[string]change.Contributors{}, required: map[string][]change.Required{}, named: map[string]reading{}, opened: l.opened,
		prefix: l.logs.prefix, unread: map[string]string{},
	}
	l.logs.seen = l.seen
	if err := v.broke(l); err != nil {
		return nil, err
	}
	if v.logs, err = l.logs.read(l.store, branches); err != nil {
		return nil, err
	}
	for _, branch := range slices.Sorted(maps.Keys(v.logs)) {
		if l := v.logs[branch]; l.good == "" {
			v.Problems = append(v.Problems, fmt.Sprintf("branch %s is no log: %s", branch, l.why))
		}
	}
	if v.State, err = authority.Fold(l.root, folded(v.logs)); err != nil {
		return nil, err
	}
	if err := v.follows(); err != nil {
		return nil, err
	}
	if v.Main == "" {
		return nil, fmt.Errorf("%w: branch %s is gone; the authorised tip is %s", resultlog.ErrIntegrity, l.root.Target, v.State.Tip)
	}
	if err := l.seen.check(l.store, branches, l.root.Target, v.logs, l.logs.keys); err != nil {
		return nil, err
	}
	if err := v.walk(); err != nil {
		return nil, err
	}
	if v.Book, v.Config, err = l.judge.Book(v.State.Tip); err != nil {
		return nil, err
	}
	err = v.readChains(l)
	return v, err
}

// broke tells of branches that were not fetched because their objects are malformed:
// of a change it is that change's problem, of main or the organisation's log everybody's.
// A client's log goes on being what is known of it, and only that client waits; without
// the lease there is nothing to do but to look.
func (v *View) broke(l *looker) error {
	fetched, ok := v.store.(interface{ Bad() map[string]git.Bad })
	if !ok {
		return nil
	}
	for branch, bad := range fetched.Bad() {
		why := fmt.Sprintf("branch %s at %s was not fetched: %s", branch, bad.ID, firstLine(bad.Reason))
		name, log := resultlog.ParseBranch(l.logs.prefix, l.root.Repository, branch)
		known := l.logs.verified(v.store, name, branch)
		switch {
		case branch == leaseBranch:
			v.unread[branch] = why
		case log && name.Client != resultlog.Org && known != "":
			v.unread[branch], v.branches[branch] = why, known
		case branch == v.Root.Target || strings.HasPrefix(branch, l.logs.prefix+"/"):
			return fmt.Errorf("%w: %s", resultlog.ErrIntegrity, why)
		}
		v.Problems = append(v.Problems, why)
	}
	slices.Sort(v.Problems)
	return nil
}

func folded(logs map[string]*openLog) []authority.Branch {
	var out []authority.Branch
	for _, branch := range slices.Sorted(maps.Keys(logs)) {
		out = append(out, authority.Branch{Log: logs[branch].log, Records: logs[branch].records})
	}
	return out
}

// follows compares the root of trust of this machine with the newest recorded one:
// it must be the same or a later one (R4).
func (v *View) follows() error {
	if v.State.Root == "" || v.State.Root == v.rootText {
		return nil
	}
	recorded, err := trust.Parse([]byte(v.State.Root))
	if err != nil {
		return err
	}
	root, err := recorded.Open()
	if err != nil {
		return err
	}
	switch {
	case root.Version > v.Root.Version:
		return fmt.Errorf("%w: the log holds version %d, and this machine version %d: get the newer one from its owners, and run patchops trust pin FILE",
			trust.ErrRoot, root.Version, v.Root.Version)
	case root.Version == v.Root.Version && v.rootText != "":
		if !sameRoot(v.State.Root, v.rootText) {
			return fmt.Errorf("%w: the log holds another version %d than this machine", trust.ErrRoot, root.Version)
		}
	case root.Version+1 == v.Root.Version && v.rootText != "":
		ours, err := trust.Parse([]byte(v.rootText))
		if err != nil {
			return err
		}
		_, err = recorded.Next(ours)
		return err
	}
	return nil
}

// sameRoot compares two signed roots by what was signed.
func sameRoot(a, b string) bool {
	if a == b {
		return true
	}
	x, err1 := trust.Parse([]byte(a))
	y, err2 := trust.Parse([]byte(b))
	return err1 == nil && err2 == nil && x.Root == y.Root
}

// walk finds main's way from the authorised tip. A main that does not contain it
// was rewound.
func (v *View) walk() error {
	tip := v.State.Tip
	if v.Main == tip {
		return nil
	}
	in, err := v.store.IsAncestor(tip, v.Main)
	if err != nil {
		return err
	}
	if !in {
		return fmt.Errorf("%w: %s is at %s, which does not contain the authorised tip %s: it was rewound or replaced",
			resultlog.ErrIntegrity, v.Root.Target, v.Main, tip)
	}
	if v.path, err = v.store.FirstParents(tip, v.Main); err == nil {
		slices.Reverse(v.path)
		return nil
	}
	// The tip is a second parent: main came as one piece.
	info, err := v.store.Info(v.Main)
	v.path = []git.Commit{info}
	return err
}

// steps are main after the tip, oldest first.
func (v *View) steps() []authority.Step {
	out := make([]authority.Step, len(v.path))
	for i, c := range v.path {
		out[i] = authority.Step{Commit: c.ID, Tree: c.Tree}
	}
	return out
}
