package jobs

import (
	"cmp"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
)

// client is one client under way.
type client struct {
	*builder
	*rollout.Client
	root   *document.Value
	zone   string
	status string
	assets []*spec.Asset // as in Client.Assets
	grants map[string]grants
	terms  *document.Value // the spec of the agreement in force now, else the next; nil
	shared map[shareKey]*shared
}

// grants are those of one plan at the client.
type grants struct {
	digest string
	assets []effect.AssetGrant // by asset
}

// client reads one client's plans. Planning calls it with each.
func (b *builder) client(in *rollout.Client) {
	root := b.view.Document("Client", in.Name, in.Name)
	c := &client{
		builder: b, Client: in, root: root, zone: in.Zone.String(), status: root.Get("spec").Get("status").Text(),
		grants: map[string]grants{}, shared: map[shareKey]*shared{},
	}
	c.readAssets()
	c.readGrants()
	c.readTerms()
	c.readFreezes()
	for i := range in.Plans {
		c.plan(&in.Plans[i])
	}
}

// readAssets finds each of Client.Assets; of two with one name the first is meant.
func (c *client) readAssets() {
	assets := c.view.Assets(c.Name)
	c.assets = make([]*spec.Asset, len(c.Assets))
	for i := range assets {
		if at, known := c.index(assets[i].Name); known && c.assets[at] == nil {
			c.assets[at] = &assets[i]
		}
	}
}

func (c *client) index(asset string) (int, bool) {
	return slices.BinarySearchFunc(c.Assets, asset, func(a rollout.Asset, name string) int { return cmp.Compare(a.Name, name) })
}

func (c *client) readGrants() {
	if c.options.Tree == nil {
		return
	}
	for _, g := range c.options.Tree.Grants(c.Name) {
		c.grants[g.Plan.String()] = grants{g.Digest.String(), g.Assets}
	}
}

// grant is the digest of a plan's grant for an asset; "" where there is none.
func (g grants) grant(asset string) string {
	i, found := slices.BinarySearchFunc(g.assets, asset, func(a effect.AssetGrant, name string) int { return cmp.Compare(a.Asset, name) })
	if !found {
		return ""
	}
	return g.assets[i].Digest.String()
}

func (c *client) readTerms() {
	now := c.options.AsOf.Unix()
	for i := range c.Agreements {
		if g := &c.Agreements[i]; now < g.Until {
			c.terms = c.view.Document("ClientAgreement", c.Name, g.Name).Get("spec")
			return
		}
	}
}

// readFreezes notes the freezes that let what has begun go on.
func (c *client) readFreezes() {
	for i := range c.Denies {
		kind, rest, _ := strings.Cut(c.Denies[i].ID, "/")
		owner, name, _ := strings.Cut(rest, "/")
		if kind == "Freeze" && c.view.Document("Freeze", owner, name).Get("spec").Get("onRunning").Text() == "finish" {
			c.out.Finish[c.Denies[i].ID] = true
		}
	}
}

// plan reads one open plan of the client.
func (c *client) plan(in *rollout.Plan) {
	key := c.Name + "/" + in.Name
	run := c.run(key)
	if len(in.Work) == 0 && run == nil {
		return
	}
	id := identityOf(in.ID)
	root := c.view.Document(id.Kind, cmp.Or(id.Client, corpus.Global), id.Name)
	read := spec.ReadPlan(c.corpus.Entry(id).Document(), c.zone)
	p := c.planOf(in, root.Get("spec"))
	g := c.grants[in.ID]
	p.Digest = g.digest
	for i := range in.Work {
		w := &in.Work[i]
		job := c.job(p, read, w, run)
		if c.cover(key, job, g); !job.Covered {
			w.Blocks = append(slices.Clone(w.Blocks), rollout.Block{
				Code: rollout.NotApproved, By: in.ID, Text: "added: approve a change that covers " + c.Name + "/" + job.Asset + " in " + in.ID,
			})
		}
		p.Jobs[job.Asset] = job
	}
	for _, x := range in.Excluded {
		p.Gone[x.Asset] = x.Code
	}
	c.keepBegun(p, read, run, g)
	c.out.Plans[key] = p
}

func (c *client) run(key string) *progress.Run {
	if c.options.State == nil {
		return nil
	}
	return c.options.State.Runs[key]
}

// cover says what is granted for a job, and whether somebody approved it.
func (c *client) cover(key string, job *progress.Job, g grants) {
	job.Grant = g.grant(job.Asset)
	job.Covered = job.Grant != "" && !c.options.Uncovered[key+"/"+job.Asset]
}

// identityOf is the identity in an ID of the rollout, "PatchPlan/_/x".
func identityOf(id string) finding.Identity {
	parts := strings.SplitN(id, "/", 3)
	if parts[1] == corpus.Global {
		parts[1] = ""
	}
	return finding.Identity{Kind: parts[0], Client: parts[1], Name: parts[2]}
}
