// Package jobs reads the documents of the authorised tip into what carrying out
// depends on: targets, steps as argv, worst cases, gates, thresholds, retries and
// the digest of what is granted (progress.Documents). The built-in steps of apt and
// dnf are here.
package jobs

import (
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
)

// Options are what the documents do not say.
type Options struct {
	Commit string
	AsOf   time.Time
	// Uncovered are "CLIENT/PLAN/ASSET" whose grants nobody approved yet.
	Uncovered              map[string]bool
	State                  *progress.State // facts, and sessions under way; nil none
	Engine, Tzdata, Policy string
	// Tree is that of the commit: the grants' digests. Without one nothing is covered.
	Tree *effect.Tree
	// Overrides are the freezes that an approved override lifts, by "CLIENT/PLAN".
	Overrides map[string][]string
	// Closed are plans of which nothing may start, by "CLIENT/PLAN": a policy of the start
	// gate refuses them.
	Closed map[string]Closed
	// Declared is since when what an asset list's file says holds, for facts that are
	// older; nil: any fact is newer.
	Declared func(file string) int64
	// Keep, where given, saves reading again what would be the same. Findings are then those
	// of what was read.
	Keep *Keep
}

// Closed is why nothing of a plan starts.
type Closed struct {
	Code rollout.Code
	Why  string
}

// Build reads a corpus. What planning finds is in the second result: it concerns people,
// and keeps nothing from being carried out.
func Build(c *corpus.Corpus, o Options) (*progress.Documents, error) {
	d, _, err := BuildAll(c, o)
	return d, err
}

// BuildAll is Build with the findings.
func BuildAll(c *corpus.Corpus, o Options) (*progress.Documents, []finding.Finding, error) {
	b := &builder{
		corpus: c, view: c.View(""), options: o, facts: factsOf(o.State), patches: map[string]*spec.Patch{}, profiles: map[string]*profile{},
		newer: map[string][]*spec.Patch{},
		out: &progress.Documents{
			Commit: o.Commit, Plans: map[string]*progress.Plan{}, Engine: o.Engine, Tzdata: o.Tzdata, Policy: o.Policy, Finish: map[string]bool{},
		},
	}
	b.readNewer()
	keep, signs := o.Keep, map[string]uint64(nil)
	if keep == nil {
		keep = &Keep{}
	} else {
		signs = signsOf(o.State)
	}
	r, err := planning.Build(c, planning.Options{
		AsOf: o.AsOf, Facts: b.facts, Declared: o.Declared, Overrides: o.Overrides, Clients: keep.stale(c, &o, signs), Each: b.client,
	})
	if err != nil {
		return nil, nil, err
	}
	b.out.Input, b.out.Until = r.Input, r.Until
	keep.take(b, signs)
	b.lost()
	return b.out, r.Findings, nil
}

// builder is one reading under way.
type builder struct {
	corpus   *corpus.Corpus
	view     *corpus.View
	options  Options
	facts    map[string]map[string]planning.Fact
	patches  map[string]*spec.Patch
	newer    map[string][]*spec.Patch // by name, what supersedes a patch directly
	profiles map[string]*profile
	out      *progress.Documents
}

// factsOf are the packages among the facts of a state.
func factsOf(s *progress.State) map[string]map[string]planning.Fact {
	out := map[string]map[string]planning.Fact{}
	if s == nil {
		return out
	}
	for host, facts := range s.Facts {
		for _, f := range facts {
			if f.Name != "package" || f.Subject == "" {
				continue
			}
			if out[host] == nil {
				out[host] = map[string]planning.Fact{}
			}
			out[host][f.Subject] = planning.Fact{Version: f.Value, Broken: !dispatch.InOrder(f.State), At: s.FactsAt[host]}
		}
	}
	return out
}

// patch reads a Patch once; of a name with "=" the inline one that it stands for; nil where
// there is none.
func (b *builder) patch(name string) *spec.Patch {
	if p, known := b.patches[name]; known {
		return p
	}
	var p *spec.Patch
	if root := b.view.Document("Patch", corpus.Global, name); root != nil {
		p = spec.ReadPatch(root)
	} else if inline, ok := inlineOf(name); ok {
		p = spec.InlinePatch(inline)
	}
	b.patches[name] = p
	return p
}

// readNewer finds what supersedes patches, of what has not been withdrawn.
func (b *builder) readNewer() {
	for _, name := range b.view.Names("Patch", corpus.Global) {
		p := b.patch(name)
		if p == nil || p.Withdrawn != 0 && p.Withdrawn <= b.options.AsOf.Unix() {
			continue
		}
		for _, old := range p.Supersedes {
			b.newer[old] = append(b.newer[old], p)
		}
	}
}

func yes(v *document.Value) bool { return v != nil && v.Kind == document.Bool && v.Bool }
