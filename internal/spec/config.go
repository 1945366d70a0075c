package spec

import (
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/window"
)

// Defaults of a Config that is silent.
const (
	DefaultMainBranch = "main"
	DefaultLogPrefix  = "patchops/log"
	DefaultHorizon    = 35 * 24 * time.Hour
	DefaultStaleAfter = 14 * 24 * time.Hour
)

// Config is the repository's Config, with defaults where it is silent.
type Config struct {
	RepositoryID string
	MainBranch   string
	LogPrefix    string
	Horizon      time.Duration // how far ahead rollouts are computed
	StaleAfter   time.Duration // age at which facts no longer count
	Exclude      []Glob
	// Levels are policy.levels by finding id: error, warning, note or off.
	Levels map[string]string
	// MergeMethod is merge, squash or rebase; MergeWhen approved or windowOpen.
	MergeMethod, MergeWhen string
	// PolicyDigest is that of the built-in policies that starts are allowed under,
	// "" where any are.
	PolicyDigest string
	// Forge is git or github; ForgeRepository its repository there, such as
	// "acme/patches", "" unknown.
	Forge, ForgeRepository string

	parameters *document.Value
}

// ParseConfig reads a Config; nil gives the defaults. It is read before any
// schema judges it, because it says which files are read at all: what is not
// understood keeps its default, and a pattern of exclude that CheckGlob refuses
// excludes nothing.
func ParseConfig(doc *document.Document) *Config {
	c := &Config{
		MainBranch: DefaultMainBranch, LogPrefix: DefaultLogPrefix,
		Horizon: DefaultHorizon, StaleAfter: DefaultStaleAfter, Levels: map[string]string{},
		MergeMethod: "merge", MergeWhen: "approved", Forge: "git",
	}
	if doc == nil {
		return c
	}
	spec := doc.Root.Get("spec")
	c.RepositoryID = spec.Get("repositoryId").Text()
	setText(&c.MainBranch, spec.Get("mainBranch"))
	setText(&c.LogPrefix, spec.Get("log").Get("prefix"))
	setDuration(&c.Horizon, spec.Get("horizon"))
	setDuration(&c.StaleAfter, spec.Get("staleAfter"))
	setText(&c.MergeMethod, spec.Get("merge").Get("method"))
	setText(&c.MergeWhen, spec.Get("merge").Get("when"))
	setText(&c.PolicyDigest, spec.Get("engine").Get("policyDigest"))
	setText(&c.Forge, spec.Get("forge").Get("type"))
	setText(&c.ForgeRepository, spec.Get("forge").Get("repository"))
	c.readLevels(spec.Get("policy").Get("levels"))
	c.parameters = spec.Get("policy").Get("parameters")
	c.readExclude(spec.Get("exclude"))
	return c
}

func setText(into *string, v *document.Value) {
	if text := v.Text(); text != "" {
		*into = text
	}
}

func setDuration(into *time.Duration, v *document.Value) {
	if d, err := window.ParseDuration(v.Text()); err == nil {
		*into = d
	}
}

func (c *Config) readLevels(v *document.Value) {
	if v == nil || v.Kind != document.Map {
		return
	}
	for i, key := range v.Keys {
		switch level := v.Items[i].Text(); level {
		case string(finding.Error), string(finding.Warning), string(finding.Note), "off":
			c.Levels[key.Name] = level
		}
	}
}

func (c *Config) readExclude(list *document.Value) {
	for _, pattern := range texts(list) {
		if problem, _ := CheckGlob(pattern); problem == "" {
			c.Exclude = append(c.Exclude, ParseGlob(pattern))
		}
	}
}

// Excludes reports whether a path of the repository is excluded.
func (c *Config) Excludes(path string) bool {
	for _, g := range c.Exclude {
		if g.Matches(path) {
			return true
		}
	}
	return false
}

// Parameters are policy.parameters of a rule; nil where silent.
func (c *Config) Parameters(rule string) *document.Value { return c.parameters.Get(rule) }
