package rollout

import (
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/window"
	"pgregory.net/rapid"
)

// Every promise of semantics.md is a property here, safety beside liveness.

func TestPropSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 4, 9)
		s := Compute(in)
		if found := Verify(in, s); len(found) > 0 {
			t.Fatalf("%+v\n%s\n%s", found, dump(in), dump(s))
		}
	})
}

// reordered is the same input with everything in another order that has none.
func reordered(in *Input) *Input {
	out := cloneInput(in)
	for i := range out.Clients {
		c := &out.Clients[i]
		slices.Reverse(c.Progress.Pins)
		slices.Reverse(c.Progress.Running)
		slices.Reverse(c.Progress.Notified)
		slices.Reverse(c.Progress.Down)
		for j := range c.Groups {
			c.Groups[j].Members = reversed(c.Groups[j].Members)
		}
		for j := range c.Plans {
			work := slices.Clone(c.Plans[j].Work)
			for k := range work {
				work[k].DependsOn = reversed(work[k].DependsOn)
			}
			c.Plans[j].Work = work
		}
	}
	return out
}

func reversed(list []int) []int {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// cloneInput copies what the properties change: clients and their lists.
func cloneInput(in *Input) *Input {
	out := *in
	out.Clients = slices.Clone(in.Clients)
	for i := range out.Clients {
		c := &out.Clients[i]
		c.Assets, c.Groups, c.Relays = slices.Clone(c.Assets), slices.Clone(c.Groups), slices.Clone(c.Relays)
		c.Windows, c.Denies, c.Supports = slices.Clone(c.Windows), slices.Clone(c.Denies), slices.Clone(c.Supports)
		c.Agreements, c.Plans = slices.Clone(c.Agreements), slices.Clone(c.Plans)
		for j := range c.Plans {
			c.Plans[j].Work, c.Plans[j].Waves = slices.Clone(c.Plans[j].Work), slices.Clone(c.Plans[j].Waves)
		}
		c.Progress.Pins, c.Progress.Running = slices.Clone(c.Progress.Pins), slices.Clone(c.Progress.Running)
		c.Progress.Notified, c.Progress.Down = slices.Clone(c.Progress.Notified), slices.Clone(c.Progress.Down)
	}
	out.Shifts = slices.Clone(in.Shifts)
	return &out
}

func TestPropSameInputSameBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 3, 6)
		want := Compute(in)
		before := runtime.GOMAXPROCS(1)
		got := Compute(reordered(in))
		runtime.GOMAXPROCS(before)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("one processor and another order give\n%+v\nwanted\n%+v", got, want)
		}
	})
}

func TestPropUnrelatedClientsDoNotInterfere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 2, 5)
		want := Compute(in)
		w := &world{t: t, in: &Input{AsOf: in.AsOf, Horizon: in.Horizon}, base: in.AsOf - in.AsOf%day, days: int(in.Horizon / day)}
		more := cloneInput(in)
		more.Clients = append(more.Clients, w.client("d", 4, false, 0))
		got := Compute(more)
		if !reflect.DeepEqual(got.Plans[:len(want.Plans)], want.Plans) {
			t.Fatalf("another client changes\n%+v\nwanted\n%+v", got.Plans[:len(want.Plans)], want.Plans)
		}
	})
}

// notify tells the clients of every placement of a schedule that is not running.
func notify(in *Input, s *Schedule, told func() bool) *Input {
	out := cloneInput(in)
	at := 0
	for i := range out.Clients {
		c := &out.Clients[i]
		c.Progress.Notified = nil
		for range c.Plans {
			p := &s.Plans[at]
			at++
			for _, x := range p.Placements {
				asset, _ := findAsset(c.Assets, x.Asset)
				running := slices.ContainsFunc(c.Progress.Running, func(r Running) bool { return r.Plan == p.Plan && r.Asset == asset })
				if running || !told() {
					continue
				}
				c.Progress.Notified = append(c.Progress.Notified, Notified{
					Plan: p.Plan, Asset: asset, Window: findWindow(c.Windows, x.Window), Occurrence: x.Occurrence, Start: x.Start, End: x.End,
				})
			}
		}
	}
	return out
}

func TestPropNotifiedPlacementsStay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 2, 5)
		first := Compute(in)
		again := Compute(notify(in, first, func() bool { return true }))
		for i := range first.Plans {
			for _, x := range first.Plans[i].Placements {
				if !slices.ContainsFunc(again.Plans[i].Placements, func(y Placement) bool {
					return x.Asset == y.Asset && x.Start == y.Start && x.Window == y.Window && y.Moved == ""
				}) {
					t.Errorf("%s/%s was told %d, and now\n%+v", first.Plans[i].Client, x.Asset, x.Start, again.Plans[i])
				}
			}
		}
	})
}

// A notified placement that moves has a code, and its old place is no place any
// more. Here time goes by, freezes come and machines fail.
func TestPropNotifiedPlacementsMoveForAReason(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 2, 5)
		w := &world{t: t, in: in, base: in.AsOf - in.AsOf%day, days: int(in.Horizon / day)}
		told := notify(in, Compute(in), w.some)
		told.AsOf += w.minutes(w.int(0, 300))
		for i := range told.Clients {
			for j := range told.Clients[i].Progress.Notified {
				k := &told.Clients[i].Progress.Notified[j]
				k.Quiet, k.Loose = w.rare(), w.rare()
				if w.some() {
					k.At = in.AsOf - w.minutes(w.int(0, 3000))
				}
			}
		}
		for i := range told.Clients {
			w.disturb(&told.Clients[i])
		}
		s := Compute(told)
		if found := Verify(told, s); len(found) > 0 {
			t.Fatalf("%+v\n%s\n%s", found, dump(told), dump(s))
		}
		moved(t, told, s)
	})
}

// disturb lets something happen at a client.
func (w *world) disturb(c *Client) {
	if w.rare() {
		from := w.instant()
		c.Denies = append(c.Denies, Deny{ID: "Freeze/_/zz", Path: "spec.until", Fixed: window.Span{Start: from, End: from + w.minutes(60*w.int(1, 24))}})
		c.Assets[0].Denies = append(slices.Clone(c.Assets[0].Denies), len(c.Denies)-1)
	}
	if w.rare() {
		asset := w.int(0, len(c.Assets)-1)
		if !slices.ContainsFunc(c.Progress.Running, func(r Running) bool { return r.Asset == asset }) {
			c.Progress.Down = append(c.Progress.Down, asset)
		}
	}
}

// moved checks the notified sessions of a schedule.
func moved(t *rapid.T, in *Input, s *Schedule) {
	n := newNaive(in, s)
	for _, c := range n.clients {
		for _, k := range c.Progress.Notified {
			x := n.find(c, k.Plan, k.Asset)
			if x.placed && (x.start == k.Start || k.Loose && x.start < k.Start) || k.Start < in.AsOf {
				continue
			}
			was := *x
			x.placed = false
			if !n.inCycle(x) && !n.waits(x) && n.feasible(x, k.Start) {
				t.Errorf("%s: asset %d was told %d, could have stayed and is at %d\n%s\n%s", k.Plan, k.Asset, k.Start, was.start, dump(in), dump(s))
			}
			*x = was
		}
	}
}
