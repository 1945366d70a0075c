package jobs

import (
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/spec"
)

// How long built-in steps may take at least before they are stopped, in seconds. A step of
// the package manager that is stopped half-way leaves a host to be repaired by hand, so
// these are well above what is planned; a session that takes longer than planned is
// recorded as overrun.
const (
	shortStep = 2 * 60
	longStep  = 10 * 60
)

// maker makes the steps of jobs that share everything but their host.
type maker struct {
	plan     *progress.Plan
	profile  *profile
	target   *dispatch.Target
	packages []dispatch.Package
	estimate spec.Estimate
	worst    map[dispatch.Segment]int64
	back     bool // a package goes back to an older version, since the plan names it
}

// undo is a restore where a drain began and nothing was installed.
const undo = "undo"

// order is which steps make up each segment.
var order = map[dispatch.Segment][]string{
	dispatch.Install:  {dispatch.Precheck, dispatch.Drain, dispatch.Snapshot, dispatch.Stage, dispatch.Installs, undo},
	dispatch.Reboot:   {dispatch.Reboots},
	dispatch.Verify:   {dispatch.Postcheck, dispatch.Restore, dispatch.Cleanup},
	dispatch.Rollback: {dispatch.RollsBack, dispatch.Restore},
}

// steps are those of each segment. Without a step that installs there are none at all.
func (m *maker) steps() map[dispatch.Segment][]dispatch.Step {
	out := map[dispatch.Segment][]dispatch.Step{}
	if _, ok := m.step(dispatch.Installs); !ok {
		return out
	}
	for segment, names := range order {
		if segment == dispatch.Reboot && m.plan.Reboot == "never" {
			continue
		}
		for _, name := range names {
			if step, ok := m.step(name); ok {
				out[segment] = append(out[segment], step)
			}
		}
		if segment == dispatch.Rollback && len(out[segment]) > 0 && out[segment][0].Name != dispatch.RollsBack {
			delete(out, segment) // nothing goes back
		}
	}
	return out
}

// step is the user's own one, else the built-in one of the package manager or of the way
// in which the host is reached.
func (m *maker) step(name string) (dispatch.Step, bool) {
	if name == undo {
		_, drains := m.profile.own[dispatch.Drain]
		s, ok := m.step(dispatch.Restore)
		s.Undoes = dispatch.Drain
		return s, ok && drains
	}
	s, own := m.profile.own[name]
	switch {
	case m.target.Type == "manual":
		if s, own = m.byHand(name); !own {
			return s, false
		}
	case own && name == dispatch.Snapshot && m.plan.Snapshot == "none":
		if s, own = m.builtin(name); !own {
			return s, false
		}
	case own:
		s.Env = m.env()
		s.Optional = name == dispatch.Snapshot && m.plan.Snapshot == "bestEffort"
	case m.target.Type == "ansible" && name == dispatch.Installs:
		s = dispatch.Step{Name: name, Builtin: "ansible/playbook", Run: m.arguments(), Timeout: m.timeout(name), Env: m.env()}
	default:
		if s, own = m.builtin(name); !own {
			return s, false
		}
	}
	s.Point = name == dispatch.Installs || name == dispatch.Reboots || name == dispatch.RollsBack
	return s, true
}

// byHand is what a technician does: one task, whose checks are in their word, and one to
// go back.
func (m *maker) byHand(name string) (dispatch.Step, bool) {
	s := dispatch.Step{Name: name, Timeout: max(longStep, m.worst[dispatch.Install]+m.worst[dispatch.Verify])}
	switch name {
	case dispatch.Installs:
		s.Builtin, s.Run = "manual/install", m.arguments()
	case dispatch.RollsBack:
		s.Builtin = "manual/rollback"
	default:
		return s, false
	}
	return s, true
}

// builtin is a step that the wrapper knows: of apt and dnf; yum is dnf by another name.
func (m *maker) builtin(name string) (dispatch.Step, bool) {
	manager := map[string]string{"apt": "apt", "dnf": "dnf", "yum": "dnf"}[m.target.Package]
	if manager == "" || name == dispatch.Drain || name == dispatch.Restore {
		return dispatch.Step{}, false
	}
	if m.target.Type == "ansible" && name == dispatch.Stage {
		return dispatch.Step{}, false // the playbook's
	}
	s := dispatch.Step{Name: name, Builtin: manager + "/" + name, Timeout: m.timeout(name)}
	if name != dispatch.Reboots && name != dispatch.RollsBack { // back to what was there, which the task says
		s.Run = m.arguments()
	}
	if m.back && (name == dispatch.Stage || name == dispatch.Installs) {
		s.Env = map[string]string{"PATCHOPS_DOWNGRADE": "yes"}
	}
	return s, true
}

func (m *maker) timeout(name string) int64 {
	switch name {
	case dispatch.Stage, dispatch.Installs:
		return max(longStep, 2*m.worst[dispatch.Install])
	case dispatch.Reboots:
		return max(longStep, 2*m.estimate.Reboot)
	case dispatch.Postcheck:
		return max(shortStep, 2*m.estimate.Postcheck)
	case dispatch.RollsBack:
		return max(longStep, 2*m.worst[dispatch.Rollback])
	}
	return shortStep
}

// arguments are the packages as package=version.
func (m *maker) arguments() []string {
	out := make([]string, len(m.packages))
	for i, p := range m.packages {
		out[i] = p.Name + "=" + p.Version
	}
	return out
}

// env is what steps of the user's own are told.
func (m *maker) env() map[string]string {
	return map[string]string{"PATCHOPS_PLAN": m.plan.Client + "/" + m.plan.Name, "PATCHOPS_PACKAGES": strings.Join(m.arguments(), " ")}
}
