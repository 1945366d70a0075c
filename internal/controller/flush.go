package controller

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
)

// entry is one record and the clients whose logs it goes to; Subs are the digests
// of their sub-effects.
type entry struct {
	record  resultlog.Record
	clients []string
	subs    map[string]string
	// uncovered are "PLAN/ASSET" by client that nobody approved.
	uncovered map[string][]string
	// covered are those that nobody had approved before this.
	covered map[string][]string
}

// about makes an entry for every client that an effect touches; for none it goes
// to effect.Org.
func about(r resultlog.Record, e *effect.Effect) entry {
	out := entry{record: r, subs: map[string]string{}}
	if e != nil {
		for _, s := range e.SubEffects() {
			out.clients = append(out.clients, s.Client)
			out.subs[s.Client] = s.Digest().String()
		}
	}
	if len(out.clients) == 0 {
		out.clients = []string{effect.Org}
	}
	return out
}

// in is the record as one client's log has it.
func (e entry) in(client string) resultlog.Record {
	r := e.record
	r.Uncovered, r.Covered = e.uncovered[client], e.covered[client]
	if r.Kind == resultlog.Decision || r.Kind == resultlog.Merge {
		r.Plan = e.plans(client)
	}
	if len(e.subs) > 0 {
		r.Sub = e.subs[client]
		r.Subs = slices.Sorted(maps.Values(e.subs))
		r.Clients = int64(len(e.clients))
	}
	return bounded(r)
}

// flush is one atomic push: records in the logs of the clients that they touch,
// the lease, and main where it moves.
type flush struct {
	entries []entry
	from    string   // main moves from here ...
	main    string   // ... to this commit; "" does not move
	touch   []string // clients whose log is mended, whatever else is recorded
}

// intent is what the write-ahead log holds of a flush.
type intent struct {
	Fence int64                         `json:"fence"`
	Logs  map[string][]resultlog.Record `json:"logs"`
	Main  string                        `json:"main,omitempty"`
	Merge string                        `json:"merge,omitempty"` // decision that the forge is asked to carry out
	Stop  string                        `json:"stop,omitempty"`  // why nothing goes on
}

// push carries a flush out. What the remote refuses has not happened; on
// git.ErrRemote it may have, and whoever looks next sees it.
func (c *Controller) push(ctx context.Context, v *View, f flush) error {
	byClient := map[string][]resultlog.Record{}
	t := v.time()
	for _, client := range f.touch {
		byClient[client] = nil
	}
	for _, e := range c.opening(v, f.entries) {
		for _, client := range e.clients {
			r := e.in(client)
			if r.T == "" {
				r.T = resultlog.Instant(t)
			}
			if !slices.ContainsFunc(byClient[client], func(o resultlog.Record) bool {
				return r.Evidence != "" && o.Evidence == r.Evidence && o.Kind == r.Kind && o.Asset == r.Asset
			}) {
				byClient[client] = append(byClient[client], r)
			}
		}
	}
	if err := c.intend(intent{Fence: c.lease.fence, Logs: byClient, Main: f.main}); err != nil {
		return err
	}
	updates, err := c.logUpdates(ctx, v, byClient, t)
	if err != nil {
		return err
	}
	if f.main != "" {
		updates = append(updates, git.Update{Ref: heads + v.Root.Target, Old: f.from, New: f.main})
	}
	return c.pushLease(ctx, updates, false, t)
}

// opening puts the lease record, which every fence begins with, before the rest.
func (c *Controller) opening(v *View, entries []entry) []entry {
	if v.State.Leased >= c.lease.fence {
		return entries
	}
	r := resultlog.Record{Kind: resultlog.Lease, Holder: c.Holder, Cold: c.cold, Why: c.lost}
	return append([]entry{{record: r, clients: []string{effect.Org}}}, entries...)
}

func (c *Controller) intend(i intent) error {
	if len(i.Logs) == 0 && i.Main == "" && i.Merge == "" {
		return nil
	}
	b, err := canonical.Marshal(i)
	if err != nil {
		return err
	}
	c.dirty = true
	return c.Journal.Append(b)
}

// logUpdates are the updates of all logs. What would contradict the records that are
// there is never pushed: every reader would stop at it for good.
func (c *Controller) logUpdates(ctx context.Context, v *View, byClient map[string][]resultlog.Record, t time.Time) ([]git.Update, error) {
	var updates []git.Update
	after := map[string]authority.Branch{}
	for branch, l := range v.logs {
		after[branch] = authority.Branch{Log: l.log, Records: l.records}
	}
	for _, client := range slices.Sorted(maps.Keys(byClient)) {
		u, log, records, err := c.logUpdate(ctx, v, client, parcel{records: byClient[client]}, t)
		if err != nil {
			return nil, err
		}
		updates = append(updates, u)
		branch := log.Name.Branch(c.looker.logs.prefix)
		before := after[branch].Records
		after[branch] = authority.Branch{Log: log, Records: slices.Concat(before, records)}
	}
	if _, err := authority.Fold(v.Root, slices.Collect(maps.Values(after))); err != nil {
		return nil, fmt.Errorf("a bug: it would contradict the log: %v", err) //nolint:errorlint // the log itself holds
	}
	return updates, nil
}

// logUpdate appends records to a client's newest log, or begins one.
func (c *Controller) logUpdate(ctx context.Context, v *View, client string, p parcel, t time.Time) (git.Update, *resultlog.Log, []resultlog.Record, error) {
	log, old := v.newest(client, t)
	return c.appendTo(ctx, v, log, old, p, t)
}

// appendTo appends records to a log, on top of what is on its branch.
func (c *Controller) appendTo(ctx context.Context, v *View, log *resultlog.Log, old *openLog, p parcel, t time.Time) (git.Update, *resultlog.Log, []resultlog.Record, error) {
	before := t
	if len(p.records) > 0 && p.records[0].T != "" && instant(p.records[0].T).Before(t) {
		before = instant(p.records[0].T) // it was decided a while ago: what stands before it is no later
	}
	records := slices.Concat(v.revocations(log, before), c.newKeys(log, before), p.records)
	if old != nil && old.foreign() {
		records = append([]resultlog.Record{v.gapOf(old, before)}, records...)
	}
	if log.Size == 0 {
		records = append([]resultlog.Record{v.beginning(log.Name, before)}, records...)
	}
	for i := range records {
		records[i].Fence = c.lease.fence
	}
	next, update, err := log.Append(records, c.lease.fence, c.Signer)
	if err != nil {
		return git.Update{}, nil, nil, fmt.Errorf("log of %s: %w", log.Name.Client, err)
	}
	for _, blob := range p.blobs {
		path, _ := resultlog.Blob(blob)
		update.Files[path] = blob
	}
	base, parents, branch := "", []string(nil), log.Name.Branch(c.looker.logs.prefix)
	if old != nil {
		parents = []string{old.tip}
		if old.good != "" {
			info, err := c.Store.Info(old.good)
			if err != nil {
				return git.Update{}, nil, nil, err
			}
			base = info.Tree
		}
	}
	commit, err := c.write(ctx, base, parents, update.Files, diary(update.Records), t)
	return git.Update{Ref: heads + branch, Old: first(parents), New: commit}, next, update.Records, err
}

// newKeys are the records that bring a log's new keys in, where it does not have them:
// with them whoever knows the old root of trust can follow it.
func (c *Controller) newKeys(log *resultlog.Log, t time.Time) []resultlog.Record {
	var out []resultlog.Record
	for _, r := range c.Added {
		if log.Size == 0 && log.Name.Part == 0 || !slices.Contains(log.Keys, r.Key) {
			r.T = resultlog.Instant(t)
			out = append(out, r)
		}
	}
	return out
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (c *Controller) write(ctx context.Context, base string, parents []string, files map[string][]byte, message string, t time.Time) (string, error) {
	var list []git.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, git.File{Path: name, Mode: "100644", Bytes: files[name]})
	}
	tree, err := c.Store.WriteTree(ctx, base, list)
	if err != nil {
		return "", err
	}
	return c.Store.Commit(ctx, git.CommitSpec{Tree: tree, Parents: parents, Author: identity, Committer: identity, Time: t, Message: message})
}

// newest is the log that a client's records go to, and the branch that it is on,
// nil where there is none yet. Where others were there first it lies on top of
// what they wrote.
func (v *View) newest(client string, t time.Time) (*resultlog.Log, *openLog) {
	name := resultlog.Name{Repository: v.Root.Repository, Client: client, Year: t.Year()}
	if last := v.last(client); last != nil {
		next, _, follows := last.log.Successor(t.Year())
		if !follows || last.foreign() {
			return last.log, last
		}
		name = next
	}
	name = v.free(name)
	return resultlog.New(name, v.Root.LogKeys), v.on(name)
}

// free is a log's name, or that of the next part where a branch below it keeps it from
// being made: anybody can make one, and no log must wait for somebody to remove it.
func (v *View) free(name resultlog.Name) resultlog.Name {
	below := func(n resultlog.Name) bool {
		for other := range v.branches {
			if strings.HasPrefix(other, n.Branch(v.prefix)+"/") {
				return true
			}
		}
		return false
	}
	for below(name) {
		name.Part = max(name.Part, 1) + 1
	}
	return name
}

// on is the branch with a log's name, nil where there is none.
func (v *View) on(name resultlog.Name) *openLog {
	for _, l := range v.logs {
		if l.log.Name == name {
			return l
		}
	}
	return nil
}

// last is a client's newest log. Branches with such a name that hold none anybody
// can make, of any year.
func (v *View) last(client string) *openLog {
	var last *openLog
	for _, l := range v.logs {
		if n := l.log.Name; l.good != "" && n.Client == client && (last == nil || n.Year > last.log.Name.Year || n.Year == last.log.Name.Year && n.Part > last.log.Name.Part) {
			last = l
		}
	}
	return last
}

// beginning is the first record of a log: the end of the one before, or the root.
func (v *View) beginning(n resultlog.Name, t time.Time) resultlog.Record {
	if last := v.last(n.Client); last != nil {
		if _, start, follows := last.log.Successor(n.Year); follows {
			start.T = resultlog.Instant(t)
			return start
		}
	}
	return resultlog.Record{Kind: resultlog.RootKind, T: resultlog.Instant(t), Root: v.rootText, Commit: v.Root.Genesis.Commit}
}

// time is when what is recorded now happened: never before what is recorded.
func (v *View) time() time.Time {
	t := v.now.UTC().Truncate(time.Second)
	if v.State.Newest.After(t) {
		return v.State.Newest
	}
	return t
}

// pushLease pushes updates with the lease's next commit: as long as it is ours
// nobody else moved it, so that a push of one who lost it moves nothing.
func (c *Controller) pushLease(ctx context.Context, updates []git.Update, release bool, t time.Time) error {
	began := c.Clock.Monotonic()
	l := Lease{Fence: c.lease.fence, Holder: c.Holder, Process: c.Process, Released: release, TTL: int64(leaseTTL / time.Second)}
	tip, err := c.write(ctx, "", parentsOf(c.lease.tip), map[string][]byte{leaseFile: l.encode()}, leaseMessage(l), t)
	if err != nil {
		return err
	}
	updates = append(updates, git.Update{Ref: heads + leaseBranch, Old: c.lease.tip, New: tip})
	if err := c.Store.Push(context.WithoutCancel(ctx), updates); err != nil {
		return err
	}
	c.lease.tip, c.lease.began = tip, began
	return nil
}

func parentsOf(tip string) []string {
	if tip == "" {
		return nil
	}
	return []string{tip}
}

func leaseMessage(l Lease) string {
	if l.Released {
		return fmt.Sprintf("lease: fence %d released by %s\n", l.Fence, l.Holder)
	}
	return fmt.Sprintf("lease: fence %d held by %s\n", l.Fence, l.Holder)
}
