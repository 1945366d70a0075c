package rollout

import "slices"

// Unit is an HA group that a session takes members away from: the asset itself, and
// what runs on it (semantics.md, Rollout 4).
type Unit struct {
	ID      string // "HAGroup/acme/web"
	Max     int    // that may be away at once
	Soak    int64  // how long a member is held after a session's end
	Taken   []int  // by a session on the asset
	Members []int  // all
	// First are the members whose sessions must have ended and soaked before one on the
	// asset begins: of the primary of a standbyFirst group, the others.
	First []int
}

// Units are the groups that a session on an asset takes members away from. The slices
// are shared and not to be changed.
func (o *Oracle) Units(client string, asset int) []Unit {
	c := o.known(client)
	if c == nil || asset < 0 || asset >= len(c.Assets) {
		return nil
	}
	var out []Unit
	for _, n := range c.needsOf(asset) {
		g := &c.Groups[n.group]
		u := Unit{ID: g.ID, Max: g.Max, Soak: g.Soak, Taken: n.members, Members: g.Members}
		if g.StandbyFirst && g.Primary == asset {
			for _, m := range g.Members {
				if m != asset {
					u.First = append(u.First, m)
				}
			}
		}
		out = append(out, u)
	}
	return out
}

// Exclusive are the assets on which no session may be under way while one is on an
// asset: itself, what it runs on, and what runs on it; sorted.
func (o *Oracle) Exclusive(client string, asset int) []int {
	c := o.known(client)
	if c == nil || asset < 0 || asset >= len(c.Assets) {
		return nil
	}
	out := []int{asset}
	for _, list := range [][]int32{c.hosts.above[asset], c.hosts.below[asset]} {
		for _, i := range list {
			out = append(out, int(i))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Limits are how many sessions of a client may be under way at once because of the window
// that an instant is in, and of the agreement that opens it; -1 no limit.
type Limits struct {
	Window, Agreement     int64
	WindowID, AgreementID string
}

// Limits are those of a session in an occurrence of a window (Answer.Window, Answer.Occurrence).
func (o *Oracle) Limits(client, windowName string, occurrence int64, emergency bool) Limits {
	out := Limits{Window: -1, Agreement: -1}
	c := o.known(client)
	if c == nil {
		return out
	}
	w := slices.IndexFunc(c.Windows, func(w Window) bool { return w.Name == windowName })
	if w < 0 {
		return out
	}
	if n := c.Windows[w].Capacity; n > 0 {
		out.Window = int64(n)
	}
	out.WindowID = c.Windows[w].ID
	if g := c.agreementAt(w, occurrence, emergency); g >= 0 {
		out.Agreement, out.AgreementID = c.terms[g].limit, c.Agreements[g].ID
	}
	return out
}

// Line is the relay that an asset is served by; nil: none.
func (o *Oracle) Line(client string, asset int) *Relay {
	c := o.known(client)
	if c == nil || asset < 0 || asset >= len(c.Assets) || c.Assets[asset].Relay < 0 {
		return nil
	}
	return &c.Relays[c.Assets[asset].Relay]
}

// Lines are the relay that an asset is served by, the one that this loads from, and so on.
func (c *Client) Lines(asset int) []*Relay {
	if asset < 0 || asset >= len(c.Assets) || c.Assets[asset].Relay < 0 {
		return nil
	}
	line := &c.Relays[c.Assets[asset].Relay]
	out := []*Relay{line}
	for line.Parent != "" && len(out) < len(c.Relays) { // longer than that is a circle
		i := slices.IndexFunc(c.Relays, func(r Relay) bool { return r.Name == line.Parent })
		if i < 0 {
			break
		}
		line = &c.Relays[i]
		out = append(out, line)
	}
	return out
}

// known is a client at whatever time was asked last.
func (o *Oracle) known(name string) *oracleClient {
	if o.clients == nil {
		return o.client(name, o.in.AsOf)
	}
	return o.client(name, o.from+daySeconds)
}
