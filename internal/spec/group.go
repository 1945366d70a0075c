package spec

import (
	"fmt"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// membership is what the HAGroups of a client say about its assets.
type membership struct {
	listed map[string][]place // asset -> where it is listed
	closed map[string]place   // group with members -> where they are
}

type place struct {
	group string
	doc   *document.Document
	path  document.Path
}

func readMembership(groups []*document.Document) membership {
	m := membership{listed: map[string][]place{}, closed: map[string]place{}}
	for _, doc := range groups {
		path := document.Path{{Key: "spec"}, {Key: "members"}}
		members, _ := doc.Root.Find(path)
		if len(members.Elements()) > 0 {
			m.closed[doc.ID.Name] = place{doc.ID.Name, doc, path}
		}
		for i := range members.Elements() {
			if name := members.Items[i].Text(); name != "" {
				m.listed[name] = append(m.listed[name], place{doc.ID.Name, doc, path.With(document.Segment{Index: i})})
			}
		}
	}
	return m
}

// JoinGroups gives the assets that HAGroups of their client list, and that name
// no haGroup themselves, that haGroup: either side suffices. The argument is
// not changed.
func JoinGroups(assets []Asset, groups []*document.Document) []Asset {
	m := readMembership(groups)
	out := make([]Asset, len(assets))
	for i, a := range assets {
		if at := m.listed[a.Name]; len(at) > 0 && a.Value.Get("haGroup") == nil {
			v := *at[0].value()
			v.Str = at[0].group
			a.Value = merge(field("haGroup", v), a.Value, everyKey, nil)
		}
		out[i] = a
	}
	return out
}

func (p place) value() *document.Value {
	v, _ := p.doc.Root.Find(p.path)
	return v
}

func field(name string, v document.Value) *document.Value {
	return &document.Value{Kind: document.Map, Keys: []document.Key{{Name: name, Pos: v.Pos}}, Items: []document.Value{v}}
}

// CheckMembership says where the assets and the HAGroups of one client disagree
// about who is in which group (ha/membership): an asset that names another
// group than lists it, one that a group with members does not list, and one
// that two groups list. The assets are as declared, without JoinGroups.
func CheckMembership(assets []Asset, groups []*document.Document) []finding.Finding {
	m := readMembership(groups)
	var out []finding.Finding
	for i := range assets {
		out = append(out, m.twice(assets[i].Name)...)
		if own := assets[i].Value.Get("haGroup").Text(); own != "" {
			out = append(out, m.disagree(&assets[i], own)...)
		}
	}
	return out
}

func (m membership) twice(asset string) []finding.Finding {
	var out []finding.Finding
	for i, at := range m.listed[asset] {
		first := m.listed[asset][0]
		if i == 0 || at.group == first.group {
			continue
		}
		out = append(out, at.finding(fmt.Sprintf("asset %q is a member of group %q and of %q, wanted one group", asset, first.group, at.group),
			"remove it from one of them", first))
	}
	return out
}

func (m membership) disagree(a *Asset, own string) []finding.Finding {
	listed := m.listed[a.Name]
	members, closed := m.closed[own]
	message, other := "", members
	switch {
	case len(listed) > 0 && listed[0].group != own:
		message = fmt.Sprintf("asset %q names group %q, but group %q lists it", a.Name, own, listed[0].group)
		other = listed[0]
	case len(listed) == 0 && closed:
		message = fmt.Sprintf("asset %q names group %q, whose members do not list it", a.Name, own)
	default:
		return nil
	}
	return []finding.Finding{{
		ID: "ha/membership", Severity: finding.Error, Message: message, Hint: "let the asset and the group agree, or leave one of them out",
		Position: a.At("haGroup"), Document: a.List,
		Related: []finding.Related{{Position: other.doc.At(other.path), Message: "the group's members"}},
	}}
}

func (p place) finding(message, hint string, other place) finding.Finding {
	return finding.Finding{
		ID: "ha/membership", Severity: finding.Error, Message: message, Hint: hint,
		Position: p.doc.At(p.path), Document: p.doc.ID, Path: p.path.String(),
		Related: []finding.Related{{Position: other.doc.At(other.path), Message: "listed here too"}},
	}
}
