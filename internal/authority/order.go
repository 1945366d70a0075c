package authority

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/resultlog"
)

// item is one act with the branches that hold it.
type item struct {
	record   resultlog.Record // the first copy
	at       time.Time        // never before a record of its branch that precedes it
	client   string
	branch   string
	position int64
	clients  []string
	// Of a merge: "CLIENT/PLAN/ASSET" that it left without approval, and that it covers.
	uncovered, covered []string
}

// contradiction names the record that cannot be.
func contradiction(i item, format string, args ...any) error {
	return fmt.Errorf("%w: %s record %d (%s): %w", resultlog.ErrIntegrity, i.branch, i.record.Seq, i.record.Kind, fmt.Errorf(format, args...))
}

// acts are the records of all branches as acts, each once, by position.
func acts(branches []Branch) ([]item, rest, error) {
	all, also, err := items(branches)
	if err != nil {
		return nil, also, err
	}
	slices.SortStableFunc(all, func(a, b item) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.record.Fence, b.record.Fence),
			cmp.Compare(a.branch, b.branch), cmp.Compare(a.record.Seq, b.record.Seq))
	})
	all, err = once(all)
	return all, also, err
}

// rest is what counts of records that are about carrying out alone. There are a thousand
// of them for each other one.
type rest struct {
	fence  int64
	newest time.Time
}

// carries reports whether a record is about carrying out alone: no authority is in it.
func carries(r *resultlog.Record) bool {
	switch r.Kind {
	case resultlog.RunBegun, resultlog.Schedule, resultlog.Gate, resultlog.WaveBegun, resultlog.WavePaused, resultlog.WaveGoesOn,
		resultlog.WaveEnded, resultlog.Claim, resultlog.Result, resultlog.Unknown, resultlog.Deferred, resultlog.Breach,
		resultlog.HostKey, resultlog.Restored:
		return true
	case resultlog.Notice, resultlog.TaskKind, resultlog.Facts:
		return r.Statement == nil
	}
	return false
}

func items(branches []Branch) ([]item, rest, error) {
	var all []item
	var also rest
	for _, b := range branches {
		name := b.Log.Name
		branch := strings.TrimPrefix(name.Branch(""), "/")
		var last time.Time
		for k := range b.Records {
			r := &b.Records[k]
			at, err := time.Parse(time.RFC3339, r.T)
			if err != nil {
				return nil, also, contradiction(item{record: *r, branch: branch}, "time %q, wanted RFC 3339", r.T)
			}
			if at.Before(last) {
				at = last
			}
			last = at
			if carries(r) {
				also.fence = max(also.fence, r.Fence)
				continue
			}
			all = append(all, item{record: *r, at: at, client: name.Client, branch: branch, clients: []string{name.Client}})
		}
		if last.After(also.newest) {
			also.newest = last
		}
	}
	return all, also, nil
}

// once joins the copies of an act. Copies in one branch, or ones that say
// different things, contradict one another.
func once(all []item) ([]item, error) {
	out := make([]item, 0, len(all))
	known := map[string]int{}
	for _, i := range all {
		id := identity(i.record)
		if at, again := known[id]; again && id != "" {
			first := &out[at]
			if slices.Contains(first.clients, i.client) {
				return nil, contradiction(i, "is recorded twice, first as record %d", first.record.Seq)
			}
			if !bytes.Equal(core(first.record), core(i.record)) {
				return nil, contradiction(i, "differs from its copy, %s record %d", first.branch, first.record.Seq)
			}
			if i.record.Kind == resultlog.Decision || i.record.Kind == resultlog.Merge {
				first.record.Plan = Plans(first.record.Plan, i.record.Plan)
			}
			first.grants(i)
			first.clients = append(first.clients, i.client)
			slices.Sort(first.clients)
			continue
		}
		i.grants(i)
		i.position = int64(len(out)) + 1
		known[id] = len(out)
		out = append(out, i)
	}
	return out, nil
}

// grants takes in what a copy of a merge says of its client's grants.
func (i *item) grants(of item) {
	if of.record.Kind != resultlog.Merge {
		return
	}
	for _, grant := range of.record.Uncovered {
		i.uncovered = append(i.uncovered, of.client+"/"+grant)
	}
	for _, grant := range of.record.Covered {
		i.covered = append(i.covered, of.client+"/"+grant)
	}
}

// Plans joins what two copies of a decision or merge say of plans, "CLIENT/PLAN"
// each: a client's log names no plan of another.
func Plans(a, b string) string {
	all := append(strings.Fields(a), strings.Fields(b)...)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

// identity is what copies of one act share; "" for what has none.
func identity(r resultlog.Record) string {
	switch r.Kind {
	case resultlog.Decision:
		return "decision " + r.Decision
	case resultlog.Merge:
		if r.Via == Abandoned {
			return "abandoned " + r.Decision
		}
		return "merge " + r.Commit
	case resultlog.Approval, resultlog.Rejection, resultlog.Withdrawal, resultlog.Consent,
		resultlog.Hold, resultlog.Abort, resultlog.Recall, resultlog.Resume, resultlog.Expiry:
		return string(r.Kind) + " " + r.Evidence
	}
	return ""
}

// core is what copies of one act must agree in: all but where and when each
// stands, and what is of one client.
func core(r resultlog.Record) []byte {
	r.Seq, r.Sub, r.Uncovered, r.Covered = 0, "", nil, nil
	switch r.Kind {
	case resultlog.Decision, resultlog.Merge:
		r.Plan = "" // each log names its own client's
	default: // recorded for a further client later on
		r.T, r.Fence, r.Tip, r.Subs, r.Clients = "", 0, "", nil, 0
	}
	b, err := canonical.Marshal(r)
	if err != nil {
		return []byte(err.Error())
	}
	return b
}
