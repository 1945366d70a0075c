// Package jobs reads the documents of the authorised tip into what carrying out
// depends on: targets, steps as argv, worst cases, gates, thresholds, retries and
// the digest of what is granted (progress.Documents). The built-in steps of apt and
// dnf are here.
package jobs

import (
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/progress"
)

// Options are what the documents do not say.
type Options struct {
	Commit string
	AsOf   time.Time
	// Uncovered are "CLIENT/PLAN/ASSET" whose grants nobody approved yet.
	Uncovered              map[string]bool
	State                  *progress.State // facts; nil none
	Engine, Tzdata, Policy string
	// Tree is that of the commit: the grants' digests.
	Tree *effect.Tree
	// Overrides are the freezes that an approved override lifts, by "CLIENT/PLAN".
	Overrides map[string][]string
}

// Build reads a corpus.
func Build(c *corpus.Corpus, o Options) (*progress.Documents, error) { return nil, nil }
