package report

import (
	"cmp"
	"slices"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
)

// The JSON shape is a contract (`status --format json`). Keys are always there;
// null stands for what is not known, an empty list for none.
type jsonReview struct {
	Change        string              `json:"change"`
	Head          string              `json:"head"`
	Base          *string             `json:"base"`
	RulesCommit   string              `json:"rulesCommit"`
	RootOfTrust   bool                `json:"rootOfTrust"`
	EffectDigest  *string             `json:"effectDigest"`
	LandingDigest *string             `json:"landingDigest"`
	Verdict       string              `json:"verdict"`
	Mergeable     bool                `json:"mergeable"`
	Due           bool                `json:"due"`
	Why           []string            `json:"why"`
	Tree          jsonNode            `json:"tree"`
	Ignored       []jsonIgnored       `json:"ignored"`
	Kept          []string            `json:"kept"`
	Unblock       []string            `json:"unblock"`
	Needs         []jsonNeed          `json:"needs"`
	Uncovered     []jsonGrant         `json:"uncovered"`
	Warnings      []string            `json:"warnings"`
	Conflicts     []jsonConflict      `json:"conflicts"`
	Clients       []string            `json:"clients"`
	Accepts       []string            `json:"accepts"`
	AsOf          string              `json:"asOf"`
	Tzdata        string              `json:"tzdata"`
	Summary       jsonSummary         `json:"summary"`
	Findings      []jsonFinding       `json:"findings"`
	Effect        *EffectSummary      `json:"effect"`
	Schedule      *ScheduleChangeJSON `json:"schedule"`
}

type jsonNode struct {
	State    string     `json:"state"`
	Title    string     `json:"title"`
	Reason   string     `json:"reason"`
	Have     int        `json:"have"`
	Want     int        `json:"want"`
	By       []string   `json:"by"`
	Covers   []string   `json:"covers"`
	Children []jsonNode `json:"children"`
}

type jsonIgnored struct {
	Person   string `json:"person"`
	Why      string `json:"why"`
	Detail   string `json:"detail"`
	Evidence string `json:"evidence"`
}

type jsonNeed struct {
	Rules  []string `json:"rules"`
	Count  int      `json:"count"`
	People []string `json:"people"`
	From   string   `json:"from"`
	Signed bool     `json:"signed"`
}

type jsonGrant struct {
	Client string `json:"client"`
	Plan   string `json:"plan"`
	Asset  string `json:"asset"`
}

type jsonConflict struct {
	Path     string  `json:"path"`
	Ours     *string `json:"ours"`
	Theirs   *string `json:"theirs"`
	OursBy   *string `json:"oursBy"` // the commit that made it so
	TheirsBy *string `json:"theirsBy"`
}

// jsonFindings is how many findings are listed; the summary counts all.
const jsonFindings = 10_000

func (r Review) value() jsonReview {
	v, c := r.Verdict, r.counts()
	out := jsonReview{
		Change: legible(r.Change.Name), Head: r.Change.Head, Base: optional(r.Base), RulesCommit: r.Authorised, RootOfTrust: !r.NoRoot,
		Verdict: string(v.State), Mergeable: r.Mergeable, Due: r.Due, Why: texts(r.Why), Tree: nodeValue(v.Tree, 0),
		Ignored: each(v.Ignored, func(i approval.Ignored) jsonIgnored {
			return jsonIgnored{legible(i.Person), legible(i.Why), legible(i.Detail), legible(i.Evidence)}
		}),
		Kept: texts(v.Kept), Unblock: texts(v.Unblock),
		Needs: each(v.Needs, func(n approval.Need) jsonNeed {
			return jsonNeed{texts(n.Rules), n.Count, texts(n.People), legible(n.From), n.Signed}
		}),
		Uncovered: []jsonGrant{}, Warnings: texts(v.Warnings),
		Conflicts: each(r.Conflicts, func(c change.Conflict) jsonConflict {
			return jsonConflict{legible(c.Path), optional(c.Ours), optional(c.Theirs), optional(c.By.Ours), optional(c.By.Theirs)}
		}),
		Clients: texts(r.Clients), Accepts: texts(r.Accepts), AsOf: r.AsOf, Tzdata: r.Tzdata,
		Summary:  jsonSummary{r.Outcome.Documents, r.Outcome.Rules, c.Errors, c.Warnings, c.Notes, c.Waived},
		Findings: each(worst(r.Outcome.Findings, jsonFindings), toJSON),
	}
	for _, d := range v.Uncovered {
		out.Uncovered = append(out.Uncovered, jsonGrant{legible(d.Client), legible(d.Document.String()), legible(d.Asset)})
	}
	slices.SortFunc(out.Uncovered, func(a, b jsonGrant) int {
		return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Plan, b.Plan), cmp.Compare(a.Asset, b.Asset))
	})
	if r.Proposed != nil {
		s := SummaryOfEffect(r.Proposed)
		out.EffectDigest, out.Effect = &s.Digest, &s
	}
	if r.Landing != nil {
		out.LandingDigest = optional(r.Landing.Digest().String())
	}
	if s, _ := r.schedule(); s != nil {
		value := s.Value()
		out.Schedule = &value
	}
	return out
}

func nodeValue(n approval.Node, depth int) jsonNode {
	out := jsonNode{
		State: string(n.State), Title: legible(n.Title), Reason: legible(n.Reason), Have: n.Have, Want: n.Want,
		By: texts(n.By), Covers: texts(n.Covers), Children: []jsonNode{},
	}
	if depth < deepest {
		out.Children = each(n.Children, func(c approval.Node) jsonNode { return nodeValue(c, depth+1) })
	}
	return out
}
