package planning

import (
	"slices"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/spec"
)

// scopedProblems are the open problems of a client, or those without one, and
// the incidents beside them.
type scopedProblems struct {
	open      map[string]problem
	incidents map[string][]string // ids of incidents by the problem that they name
	names     map[string]string   // id of each incident by its name
}

type problem struct{ incidents, patches []string }

func readProblems(view *corpus.View, client string) scopedProblems {
	s := scopedProblems{open: map[string]problem{}, incidents: map[string][]string{}, names: map[string]string{}}
	for _, name := range view.Names("Incident", client) {
		root := view.Document("Incident", client, name)
		if root == nil {
			continue
		}
		id := identity("Incident", client, name).String()
		s.names[name] = id
		if linked := root.Get("spec").Get("problemRef").Text(); linked != "" {
			s.incidents[linked] = append(s.incidents[linked], id)
		}
	}
	for _, name := range view.Names("Problem", client) {
		root := view.Document("Problem", client, name).Get("spec")
		if state := root.Get("state").Text(); root == nil || state == "resolved" || state == "closed" {
			continue
		}
		s.open[name] = problem{spec.Texts(root.Get("incidentRefs")), spec.Texts(root.Get("patchIds"))}
	}
	return s
}

// readProblems reads the client's own problems beside the global ones.
func (c *client) readProblems() {
	c.solves = map[solved]int{}
	c.problems = []scopedProblems{readProblems(c.view, c.name), c.builder.problems}
}

// incidents is how many incidents are linked to the open problems that a patch is
// to solve: those that name the patch, and those that the plan names. A problem
// of the client hides the global one of its name.
func (c *client) incidents(p *plan, patch *spec.Patch) int {
	key := solved{p, patch}
	n, known := c.solves[key]
	if !known {
		n = c.countIncidents(p, patch)
		c.solves[key] = n
	}
	return n
}

// solved is a patch of a plan.
type solved struct {
	plan  *plan
	patch *spec.Patch
}

func (c *client) countIncidents(p *plan, patch *spec.Patch) int {
	linked, seen := map[string]bool{}, map[string]bool{}
	for _, scope := range c.problems {
		for name, open := range scope.open {
			if seen[name] || !slices.Contains(p.Problems, name) && !slices.Contains(open.patches, patch.Name) {
				continue
			}
			seen[name] = true
			c.link(linked, name, open.incidents)
		}
	}
	return len(linked)
}

func (c *client) link(linked map[string]bool, problem string, refs []string) {
	for _, ref := range refs {
		for _, scope := range c.problems {
			if id := scope.names[ref]; id != "" {
				linked[id] = true
				break
			}
		}
	}
	for _, scope := range c.problems {
		for _, id := range scope.incidents[problem] {
			linked[id] = true
		}
	}
}
