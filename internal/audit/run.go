package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/resultlog"
)

// run is the newest run of a plan.
type run struct {
	digest  string   // of its grants, when it began
	commits []string // whose documents it carries out: where it began, and its newest schedule
	since   int64    // when the newest of these was recorded
	tzdata  string   // of its newest schedule
	locked  *locked  // its newest schedule; nil where that was removed
	known   map[string]bool
}

// doubt is a claim that the run's own commits do not bear out. The authorised tip may have
// moved since, and left the schedule as it was.
type doubt struct {
	log    resultlog.Name
	place  resultlog.Place
	of     resultlog.Record // what of it is judged
	about  about
	why    string
	commit string // of its schedule, and when that was recorded
	since  int64
}

// about is what of a claim is asked about again.
type about int

const (
	itsGrant about = iota
	itsWindow
	itsFreezes
)

// begun judges that the commit of a run holds its plan, and that it grants what is recorded.
func (a *Audit) begun(n resultlog.Name, r *resultlog.Record) (string, error) {
	a.runs[r.Plan] = &run{digest: r.Grant, commits: []string{r.Commit}, since: seconds(r.T), known: map[string]bool{}}
	plans, known, err := a.plans(n, r.Plan, r.Commit)
	if err != nil || !known {
		return "", err
	}
	if len(plans) == 0 {
		return fmt.Sprintf("no open plan %s in the documents of %s", r.Plan, short(r.Commit)), nil
	}
	return granted(plans, r, ""), nil
}

// granted says why none of the plans grants what a record says.
func granted(plans []effect.PlanGrants, r *resultlog.Record, or string) string {
	if r.Grant == or && or != "" || slices.ContainsFunc(plans, func(p effect.PlanGrants) bool { return p.Digest.String() == r.Grant }) {
		return ""
	}
	return fmt.Sprintf("its grants are recorded as %s, and the documents of %s give %s", r.Grant, short(r.Commit), plans[0].Digest)
}

// plans are those of one name that a commit has open at a client; not known where the
// commit cannot be had.
func (a *Audit) plans(n resultlog.Name, plan, commit string) (out []effect.PlanGrants, known bool, err error) {
	key := commit + " " + n.Client + " " + plan
	if out, known = a.granted[key]; known {
		return out, true, nil
	}
	docs, err := a.documents(commit)
	if err != nil || docs == nil {
		return nil, false, err
	}
	_, name, _ := strings.Cut(plan, "/")
	for _, p := range docs.Tree.Grants(n.Client) {
		if p.Plan.Name == name {
			out = append(out, p)
		}
	}
	if len(a.granted) >= mostGranted {
		clear(a.granted)
	}
	a.granted[key] = out
	return out, true, nil
}

// schedule judges the grants of a schedule's commit, and takes in its places. Where its plan
// is gone meanwhile only places of what began are in it.
func (a *Audit) schedule(n resultlog.Name, r *resultlog.Record) (string, error) {
	of := a.runs[r.Plan]
	if of == nil {
		return "", nil // its run began in a log that is not at hand
	}
	of.commits, of.since, of.tzdata = []string{of.commits[0], r.Commit}, seconds(r.T), r.Tzdata
	var err error
	if of.locked, err = a.read(n, r.Schedule); err != nil {
		return "", err
	}
	if of.locked != nil && of.locked.bad != "" {
		return of.locked.bad, nil
	}
	plans, known, err := a.plans(n, r.Plan, r.Commit)
	if err != nil || !known || len(plans) == 0 || r.Grant == "" {
		return "", err
	}
	return granted(plans, r, of.digest), nil
}

// wave judges that the hosts of a wave are among those of the plan.
func (a *Audit) wave(n resultlog.Name, r *resultlog.Record) (string, error) {
	of := a.runs[r.Plan]
	if of == nil {
		return "", nil
	}
	commits := of.commits
	if r.Commit != "" {
		commits = append(slices.Clone(commits), r.Commit)
	}
	missing, known, err := a.without(n, r.Plan, commits, r.Assets)
	if err != nil || !known || missing == "" {
		return "", err
	}
	return fmt.Sprintf("%s is no host of the rollout: no commit that it carries out has a grant for it", missing), nil
}

// without is the first asset that no commit grants anything for. Not known: one of the
// commits cannot be had.
func (a *Audit) without(n resultlog.Name, plan string, commits, assets []string) (missing string, known bool, err error) {
	there := map[string]bool{}
	for _, commit := range commits {
		plans, known, err := a.plans(n, plan, commit)
		if err != nil || !known {
			return "", false, err
		}
		for _, p := range plans {
			for _, g := range p.Assets {
				there[g.Asset] = true
			}
		}
	}
	for _, asset := range assets {
		if !there[asset] {
			return asset, true, nil
		}
	}
	return "", true, nil
}

// claim judges that an installation is of a grant of its plan and host, in the place that was
// locked, and in a window. What follows from one that began needs no more than that.
func (a *Audit) claim(n resultlog.Name, p resultlog.Place, r *resultlog.Record) (string, error) {
	of := a.runs[r.Plan]
	if of == nil || r.Segment != "install" {
		return "", nil
	}
	if why := of.locked.holds(r); why != "" {
		return why, nil
	}
	if err := a.windowed(n, p, r, of); err != nil {
		return "", err
	}
	id := r.Asset + " " + r.Grant
	if of.known[id] {
		return "", nil
	}
	of.known[id] = true
	for _, commit := range slices.Backward(of.commits) {
		given, known, err := a.grants(n, r.Plan, r.Asset, r.Grant, commit)
		if err != nil || given || !known {
			return "", err
		}
	}
	a.doubts(n, p, r, of, itsGrant, fmt.Sprintf("grant %s of %s, which the documents of no authorised tip give", r.Grant, r.Asset))
	return "", nil
}

// windowed judges the window of a claim by the time zones that its schedule was computed by.
func (a *Audit) windowed(n resultlog.Name, p resultlog.Place, r *resultlog.Record, of *run) error {
	if of.tzdata != "" && of.tzdata != a.o.Tzdata {
		a.zoned++
		return nil
	}
	why, err := a.inWindow(n, of.commits[len(of.commits)-1], r)
	if err != nil {
		return err
	}
	if why != "" {
		a.doubts(n, p, r, of, itsWindow, why)
	}
	why, err = a.frozen(n, r, of.commits[len(of.commits)-1], of.since)
	if err == nil && why != "" {
		a.doubts(n, p, r, of, itsFreezes, why)
	}
	return err
}

// mostDoubts is how many claims are asked about again at the end: the first that does not hold
// is enough.
const mostDoubts = 1000

func (a *Audit) doubts(n resultlog.Name, p resultlog.Place, r *resultlog.Record, of *run, what about, why string) {
	if len(a.open) < mostDoubts {
		kept := resultlog.Record{T: r.T, Begin: r.Begin, Plan: r.Plan, Asset: r.Asset, Grant: r.Grant, Window: r.Window, Occurrence: r.Occurrence, Worst: r.Worst}
		a.open = append(a.open, doubt{log: n, place: p, of: kept, about: what, why: why, commit: of.commits[len(of.commits)-1], since: of.since})
	}
}

// grants reports whether a commit gives a plan's grant for an asset.
func (a *Audit) grants(n resultlog.Name, plan, asset, grant, commit string) (given, known bool, err error) {
	plans, known, err := a.plans(n, plan, commit)
	if err != nil || !known {
		return false, known, err
	}
	for _, p := range plans {
		i, found := slices.BinarySearchFunc(p.Assets, asset, func(g effect.AssetGrant, name string) int { return cmp.Compare(g.Asset, name) })
		if found && p.Assets[i].Digest.String() == grant {
			return true, true, nil
		}
	}
	return false, true, nil
}

// ever asks the tips that were authorised while the claim's schedule stood; of freezes those
// that were when it was decided on, now that all are known.
func (a *Audit) ever(d doubt) (bool, error) {
	if d.about == itsFreezes {
		why, err := a.frozen(d.log, &d.of, d.commit, d.since)
		return why == "", err
	}
	for _, t := range slices.Backward(a.tips) {
		if t.at < d.since || t.at > seconds(d.of.T) {
			continue
		}
		holds, err := a.bears(d, t.commit)
		if holds || err != nil {
			return holds, err
		}
	}
	return false, nil
}

func (a *Audit) bears(d doubt, commit string) (bool, error) {
	if d.about == itsWindow {
		why, err := a.inWindow(d.log, commit, &d.of)
		return why == "", err
	}
	given, known, err := a.grants(d.log, d.of.Plan, d.of.Asset, d.of.Grant, commit)
	return given || !known, err
}

func seconds(instant string) int64 {
	t, err := time.Parse(time.RFC3339, instant)
	if err != nil {
		return 0
	}
	return t.Unix()
}
