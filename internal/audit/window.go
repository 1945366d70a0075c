package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// locked are the places of a schedule (docs/formats/schedule.md).
type locked struct {
	bad    string // why it is none
	places map[string]place
}

type place struct{ window, occurrence, start string }

// read is a schedule out of a log's blobs; nil where it was removed, as may be.
func (a *Audit) read(n resultlog.Name, digest string) (*locked, error) {
	data, err := a.o.Blob(n, digest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var blob struct {
		Client     string
		Placements []struct {
			Window, Occurrence, Start string
			Assets                    []string
		}
	}
	if err := json.Unmarshal(data, &blob); err != nil || blob.Client != n.Client {
		return &locked{bad: fmt.Sprintf("the blob %s is no schedule of client %s", digest, n.Client)}, nil
	}
	out := &locked{places: map[string]place{}}
	for _, p := range blob.Placements {
		for _, asset := range p.Assets {
			out.places[asset] = place{p.Window, p.Occurrence, p.Start}
		}
	}
	return out, nil
}

// holds says why a claim is not in the place that was locked.
func (l *locked) holds(r *resultlog.Record) string {
	if l == nil {
		return ""
	}
	p, placed := l.places[r.Asset]
	switch {
	case !placed:
		return fmt.Sprintf("%s has no place in the schedule that is locked", r.Asset)
	case p.window != r.Window || p.occurrence != r.Occurrence:
		return fmt.Sprintf("%s in %s at %s, and its place that is locked is in %s at %s", r.Asset, r.Window, r.Occurrence, p.window, p.occurrence)
	case seconds(r.T) < seconds(p.start):
		return fmt.Sprintf("%s at %s, and its place that is locked begins at %s", r.Asset, r.T, p.start)
	}
	return ""
}

// oracle answers when assets of one client may be worked on, by the documents of a commit.
type oracle struct {
	*rollout.Oracle
	in     *rollout.Client // nil: the client is not there
	since  int64           // what was over before is not in it
	commit string
	corpus *corpus.Corpus
	book   *approval.Book // its people and rules, when first wanted
}

// inWindow says why the documents give no such window to a claim. Of freezes see frozen.
func (a *Audit) inWindow(n resultlog.Name, commit string, r *resultlog.Record) (string, error) {
	at := begins(r)
	o, err := a.oracle(n.Client, commit, at)
	if err != nil || o == nil {
		return "", err
	}
	asset, plan := o.find(r)
	if asset < 0 || plan < 0 {
		return "", nil // its grant is asked for
	}
	got := o.MayStart(rollout.Ask{Client: n.Client, Plan: o.in.Plans[plan].Name, Asset: asset, At: at, Length: max(1, r.Worst), Begun: true})
	switch {
	case got.Code == rollout.NoWindow || got.Code == rollout.WindowTooShort || got.Code == rollout.AgreementNotInForce:
		return fmt.Sprintf("%s at %s for %d s, and by the documents of %s it may not: %s %s", r.Asset, r.T, r.Worst, short(commit), got.Code, got.By), nil
	case got.Window != r.Window || got.Occurrence != seconds(r.Occurrence):
		return fmt.Sprintf("%s in %s at %s, and by the documents of %s it is in %s at %s", r.Asset, r.Window, r.Occurrence, short(commit), got.Window, text(got.Occurrence)), nil
	}
	return "", nil
}

// mostBetween is how long after a decision its claim may be recorded: what is older than that
// when it comes to a host is refused there.
const mostBetween = 60

// begins is when a claim was decided on: its record may be a little younger, for times in a log
// go forwards.
func begins(r *resultlog.Record) int64 {
	at, begin := seconds(r.T), seconds(r.Begin)
	if begin < at && at-begin <= mostBetween {
		return begin
	}
	return at
}

func (a *Audit) oracle(client, commit string, at int64) (*oracle, error) {
	key := commit + " " + client
	if o := a.places[key]; o != nil && o.since <= at {
		return o, nil
	}
	docs, err := a.documents(commit)
	if err != nil || docs == nil {
		return nil, err
	}
	read, err := planning.Build(docs.Corpus, planning.Options{AsOf: time.Unix(at, 0), Clients: []string{client}})
	if err != nil {
		return nil, err
	}
	o := &oracle{Oracle: rollout.NewOracle(read.Input), since: at, commit: commit, corpus: docs.Corpus}
	for i := range read.Input.Clients {
		if read.Input.Clients[i].Name == client {
			o.in = &read.Input.Clients[i]
		}
	}
	if len(a.places) >= mostKept {
		clear(a.places)
	}
	a.places[key] = o
	return o, nil
}

func text(at int64) string { return resultlog.Instant(time.Unix(at, 0)) }
