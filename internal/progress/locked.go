package progress

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// A locked schedule as a blob of the log (docs/formats/schedule.md): canonical JSON in
// which assets with the same place stand together, since a plan may have a hundred
// thousand. Telephone numbers are not in it.

// lockedForm is the version of the form.
const lockedForm = 1

type lockedBlob struct {
	V          int64            `json:"v"`
	Client     string           `json:"client"`
	Plan       string           `json:"plan"`
	AsOf       string           `json:"asOf"`
	Engine     string           `json:"engine,omitempty"`
	Tzdata     string           `json:"tzdata,omitempty"`
	Cause      string           `json:"cause,omitempty"`
	Waves      []string         `json:"waves"`
	Placements []lockedPlace    `json:"placements"`
	Unplaced   []lockedUnplaced `json:"unplaced"`
	Notices    []lockedNotice   `json:"notices"`
	Moves      []lockedMove     `json:"moves"`
}

type lockedPlace struct {
	Wave       string   `json:"wave"`
	Window     string   `json:"window,omitempty"`
	Occurrence string   `json:"occurrence,omitempty"`
	Start      string   `json:"start"`
	End        string   `json:"end"`
	Due        string   `json:"due,omitempty"`
	Moved      string   `json:"moved,omitempty"`
	Patches    []string `json:"patches"`
	Assets     []string `json:"assets"` // sorted
}

type lockedUnplaced struct {
	Wave   string   `json:"wave,omitempty"`
	Code   string   `json:"code"`
	Assets []string `json:"assets"`
}

type lockedNotice struct {
	Contact    string   `json:"contact"`
	Channels   []string `json:"channels"`
	Window     string   `json:"window"`
	Occurrence string   `json:"occurrence"`
	Assets     int64    `json:"assets"`
	SendBy     string   `json:"sendBy"`
}

type lockedMove struct {
	Code   string   `json:"code"`
	From   string   `json:"from,omitempty"`
	To     string   `json:"to,omitempty"`
	Assets []string `json:"assets"`
}

// stamp is an instant as text; "" for none.
func stamp(t int64) string {
	if t == 0 {
		return ""
	}
	return instant(t)
}

// encodeLocked is the blob of a schedule.
func encodeLocked(client, plan string, l *Locked, moves []resultlog.Move) ([]byte, error) {
	b := lockedBlob{
		V: lockedForm, Client: client, Plan: plan, AsOf: instant(l.AsOf), Engine: l.Engine, Tzdata: l.Tzdata, Cause: l.Cause,
		Waves: list(l.Waves), Placements: []lockedPlace{}, Unplaced: []lockedUnplaced{}, Notices: []lockedNotice{}, Moves: []lockedMove{},
	}
	places := map[string]int{}
	for _, asset := range slices.Sorted(maps.Keys(l.Placements)) {
		p := l.Placements[asset]
		key := fmt.Sprintf("%d\x00%d\x00%s\x00%s\x00%d\x00%d\x00%s\x00%s", p.Start, p.End, p.Wave, p.Window, p.Occurrence, p.Due, p.Moved, strings.Join(p.Patches, "\x00"))
		i, known := places[key]
		if !known {
			i = len(b.Placements)
			places[key] = i
			b.Placements = append(b.Placements, lockedPlace{
				Wave: p.Wave, Window: p.Window, Occurrence: stamp(p.Occurrence), Start: instant(p.Start), End: instant(p.End), Due: stamp(p.Due),
				Moved: string(p.Moved), Patches: list(p.Patches),
			})
		}
		b.Placements[i].Assets = append(b.Placements[i].Assets, asset)
	}
	slices.SortFunc(b.Placements, func(x, y lockedPlace) int {
		return cmp.Or(strings.Compare(x.Start, y.Start), strings.Compare(x.Assets[0], y.Assets[0]))
	})
	b.unplaced(l)
	for _, n := range l.Notices {
		b.Notices = append(b.Notices, lockedNotice{n.Contact, list(n.Channels), n.Window, instant(n.Occurrence), int64(n.Assets), instant(n.SendBy)})
	}
	b.moves(moves)
	return canonical.Marshal(b)
}

func list(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

func (b *lockedBlob) unplaced(l *Locked) {
	at := map[string]int{}
	for _, asset := range slices.Sorted(maps.Keys(l.Unplaced)) {
		u := lockedUnplaced{Wave: l.Stray[asset], Code: string(l.Unplaced[asset])}
		i, known := at[u.Wave+"\x00"+u.Code]
		if !known {
			i = len(b.Unplaced)
			at[u.Wave+"\x00"+u.Code] = i
			b.Unplaced = append(b.Unplaced, u)
		}
		b.Unplaced[i].Assets = append(b.Unplaced[i].Assets, asset)
	}
}

func (b *lockedBlob) moves(moves []resultlog.Move) {
	at := map[resultlog.Move]int{}
	for _, m := range moves {
		key := resultlog.Move{Code: m.Code, From: m.From, To: m.To}
		i, known := at[key]
		if !known {
			i = len(b.Moves)
			at[key] = i
			b.Moves = append(b.Moves, lockedMove{Code: m.Code, From: m.From, To: m.To})
		}
		b.Moves[i].Assets = append(b.Moves[i].Assets, m.Asset)
	}
}

var errLocked = errors.New("not a locked schedule")

// decodeLocked reads the blob of a schedule. What does not encode to the same bytes is an
// error.
func decodeLocked(data []byte) (*Locked, error) {
	var b lockedBlob
	if err := canonical.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("%w: %w", errLocked, err)
	}
	if b.V != lockedForm {
		return nil, fmt.Errorf("%w: its form is %d, wanted %d", errLocked, b.V, lockedForm)
	}
	l := &Locked{
		Digest: canonical.Digest(data), AsOf: seconds(b.AsOf), Engine: b.Engine, Tzdata: b.Tzdata, Cause: b.Cause, Waves: b.Waves,
		Placements: map[string]Place{}, Unplaced: map[string]rollout.Code{}, Stray: map[string]string{}, Forced: map[rollout.Code]bool{},
	}
	for _, g := range b.Placements {
		p := Place{
			Wave: g.Wave, Window: g.Window, Occurrence: seconds(g.Occurrence), Start: seconds(g.Start), End: seconds(g.End),
			Due: seconds(g.Due), Patches: g.Patches, Moved: rollout.Code(g.Moved),
		}
		if p.Moved != "" {
			l.Forced[p.Moved] = true
		}
		if p.Start == 0 || p.End < p.Start {
			return nil, fmt.Errorf("%w: a place from %q to %q", errLocked, g.Start, g.End)
		}
		for _, asset := range g.Assets {
			if _, twice := l.Placements[asset]; twice {
				return nil, fmt.Errorf("%w: %q has two places", errLocked, asset)
			}
			l.Placements[asset] = p
		}
	}
	for _, g := range b.Unplaced {
		l.Forced[rollout.Code(g.Code)] = true
		for _, asset := range g.Assets {
			l.Unplaced[asset], l.Stray[asset] = rollout.Code(g.Code), g.Wave
		}
	}
	for _, n := range b.Notices {
		l.Notices = append(l.Notices, rollout.Notice{
			Contact: n.Contact, Channels: n.Channels, Window: n.Window, Occurrence: seconds(n.Occurrence), Assets: int(n.Assets), SendBy: seconds(n.SendBy),
		})
	}
	return l, nil
}
