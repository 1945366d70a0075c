package authority

import (
	"cmp"
	"slices"
)

// Step is one commit of main after the authorised tip.
type Step struct{ Commit, Tree string }

// Todo is what an open decision asks for.
type Todo string

// The four ends of an open decision.
const (
	Nothing Todo = ""        // there is no open decision
	Redo    Todo = "redo"    // judge again; if nothing changed, the same commit again, else abandon
	Finish  Todo = "finish"  // main has it: only the record is missing
	Adopt   Todo = "adopt"   // main has something else: adopt what is approved, and abandon
	Abandon Todo = "abandon" // the tip that it was made on is no longer the authorised one
)

// Recover says how an open decision goes on, whoever made it and wherever that
// one stopped. Path is main after the tip over first parents, oldest first; the
// commit is that of Finish.
func Recover(s *State, path []Step) (todo Todo, commit string) {
	d := s.Open
	switch {
	case d == nil:
		return Nothing, ""
	case d.Base != s.Tip:
		return Abandon, ""
	case len(path) == 0:
		return Redo, ""
	}
	for _, step := range path {
		if d.Commit != "" && step.Commit == d.Commit || d.Commit == "" && step.Tree == d.Tree {
			return Finish, step.Commit
		}
	}
	return Adopt, ""
}

// Cover is the judgement of what main holds from the tip to one of its commits.
type Cover struct {
	Empty     bool     // it has no effect, or only on paths that are never read
	Approved  bool     // one change's approvals cover it, by the rules at the tip
	Change    string   // that change
	Head      string   // and the head that was approved
	Approvals []string // evidence
	Why       []string // why not
}

// Adoptable walks main from the tip and returns the first commit up to which its
// content is empty or covered by one change's approvals; a commit that is not
// extends the range. Found is -1 if there is none.
func Adoptable(path []Step, cover func(Step) (Cover, error)) (found int, c Cover, err error) {
	for i, step := range path {
		c, err := cover(step)
		if err != nil {
			return -1, Cover{}, err
		}
		if c.Empty || c.Approved {
			return i, c, nil
		}
	}
	return -1, Cover{}, nil
}

// Waiting is a change that may land now.
type Waiting struct {
	Change    string
	Head      string
	Approvals []string // evidence that its verdict used
}

// Queue orders what may land: by the position of the record that completed its
// approval, which is the last of those that the verdict used; then by name.
func (s *State) Queue(waiting []Waiting) []Waiting {
	completed := func(w Waiting) (last int64) {
		for _, evidence := range w.Approvals {
			seen, ok := s.Seen[evidence]
			if !ok {
				return s.Position
			}
			last = max(last, seen.Position)
		}
		return last
	}
	out := slices.Clone(waiting)
	slices.SortStableFunc(out, func(a, b Waiting) int {
		return cmp.Or(cmp.Compare(completed(a), completed(b)), cmp.Compare(a.Change, b.Change))
	})
	return out
}
