package authority

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/trust"
)

var root = trust.Root{Genesis: trust.Genesis{Commit: "g"}}

// logs are records by client, with their numbers.
func logs(clients map[string][]resultlog.Record) []Branch {
	var out []Branch
	for client, records := range clients {
		b := Branch{Log: resultlog.New(resultlog.Name{Repository: "r", Client: client, Year: 2026}, nil)}
		for i, r := range records {
			r.Seq = int64(i)
			if r.T == "" {
				r.T = "2026-03-12T09:00:00Z"
			}
			b.Records = append(b.Records, r)
		}
		out = append(out, b)
	}
	return out
}

func decision(id, base string) resultlog.Record {
	return resultlog.Record{Kind: resultlog.Decision, Decision: id, Base: base, Change: "x", Head: "h" + id, Commit: "c" + id, Approvals: []string{"e" + id}}
}

func merge(id, base, via string) resultlog.Record {
	r := decision(id, base)
	r.Kind, r.Via = resultlog.Merge, via
	return r
}

type records = []resultlog.Record

func TestFold(t *testing.T) {
	seen := func(kind resultlog.Kind, evidence string) resultlog.Record {
		return resultlog.Record{Kind: kind, Evidence: evidence, Change: "x", Actor: &resultlog.Actor{ID: "dana"}, Tip: "tip"}
	}
	for name, c := range map[string]struct {
		logs map[string]records
		tips string // wanted
		open string
		bad  string // part of the error
	}{
		"nothing":    {tips: "g"},
		"one merge":  {logs: map[string]records{"acme": {decision("1", "g"), merge("1", "g", ByController)}}, tips: "g c1"},
		"open":       {logs: map[string]records{"acme": {decision("1", "g")}}, tips: "g", open: "1"},
		"abandoned":  {logs: map[string]records{"acme": {decision("1", "g"), merge("1", "g", Abandoned)}}, tips: "g"},
		"two copies": {logs: map[string]records{"acme": {decision("1", "g"), merge("1", "g", Recovered)}, "b": {decision("1", "g"), merge("1", "g", Recovered)}}, tips: "g c1"},
		"of two clients in one second, against the order of names": {logs: map[string]records{
			"acme": {decision("2", "c1"), merge("2", "c1", ByController)}, "globex": {decision("1", "g"), merge("1", "g", ByController)},
		}, tips: "g c1 c2"},
		"adopted without decision": {logs: map[string]records{"acme": {{Kind: resultlog.Merge, Via: Adopted, Base: "g", Commit: "c"}}}, tips: "g c"},
		"two merges from one base": {logs: map[string]records{"acme": {
			decision("1", "g"), merge("1", "g", ByController), decision("2", "g"), merge("2", "g", ByController),
		}}, bad: "the second merge from g"},
		"a merge without its decision": {logs: map[string]records{"acme": {merge("1", "g", ByController)}}, bad: "not recorded"},
		"a merge of another commit": {logs: map[string]records{"acme": {
			decision("1", "g"), func() resultlog.Record { r := merge("1", "g", ByController); r.Commit = "evil"; return r }(),
		}}, bad: "its decision was for c1"},
		"a merge of another change": {logs: map[string]records{"acme": {
			decision("1", "g"), func() resultlog.Record { r := merge("1", "g", ByController); r.Change = "evil"; return r }(),
		}}, bad: "not of what its decision was for"},
		"a merge from nowhere":    {logs: map[string]records{"acme": {decision("1", "z"), merge("1", "z", ByController)}}, bad: "never was the authorised tip"},
		"a decision from nowhere": {logs: map[string]records{"acme": {decision("1", "z")}}, bad: "never was the authorised tip"},
		"two open decisions":      {logs: map[string]records{"acme": {decision("1", "g")}, "b": {decision("2", "g")}}, bad: "a second open decision"},
		"a decision ends twice":   {logs: map[string]records{"acme": {decision("1", "g"), merge("1", "g", Abandoned), merge("1", "g", ByController)}}, bad: "has ended already"},
		"a cycle":                 {logs: map[string]records{"acme": {{Kind: resultlog.Merge, Via: Adopted, Base: "g", Commit: "g"}}}, bad: "again"},
		"an unknown way":          {logs: map[string]records{"acme": {decision("1", "g"), merge("1", "g", "magic")}}, bad: `via "magic"`},
		"one act twice in a log":  {logs: map[string]records{"acme": {seen(resultlog.Approval, "e"), seen(resultlog.Approval, "e")}}, bad: "recorded twice"},
		"copies that differ":      {logs: map[string]records{"acme": {decision("1", "g")}, "b": {func() resultlog.Record { r := decision("1", "g"); r.Effect = "other"; return r }()}}, bad: "differs from its copy"},
		"no time":                 {logs: map[string]records{"acme": {{Kind: resultlog.Gap, T: "yesterday"}}}, bad: "wanted RFC 3339"},
		"an approval in two logs": {logs: map[string]records{"acme": {seen(resultlog.Approval, "e")}, "b": {seen(resultlog.Approval, "e")}}, tips: "g"},
	} {
		st, err := Fold(root, logs(c.logs))
		switch {
		case c.bad != "":
			if !errors.Is(err, resultlog.ErrIntegrity) || !strings.Contains(err.Error(), c.bad) {
				t.Errorf("%s: %v, wanted %q", name, err, c.bad)
			}
			continue
		case err != nil:
			t.Errorf("%s: %v", name, err)
			continue
		}
		open := ""
		if st.Open != nil {
			open = st.Open.ID
		}
		if got := strings.Join(st.Tips, " "); got != c.tips || open != c.open || st.Tip != st.Tips[len(st.Tips)-1] {
			t.Errorf("%s: tips %s, open %q; wanted %s, %q", name, got, open, c.tips, c.open)
		}
	}
}

func TestRecover(t *testing.T) {
	open := &Decision{ID: "1", Base: "a", Commit: "c", Tree: "t"}
	forge := &Decision{ID: "1", Base: "a", Tree: "t"}
	for name, c := range map[string]struct {
		d      *Decision
		path   []Step
		want   Todo
		commit string
	}{
		"none":                      {nil, nil, Nothing, ""},
		"main = base":               {open, nil, Redo, ""},
		"main has it":               {open, []Step{{"c", "t"}}, Finish, "c"},
		"main has it, and more":     {open, []Step{{"c", "t"}, {"d", "u"}}, Finish, "c"},
		"another commit, same tree": {open, []Step{{"d", "t"}}, Adopt, ""},
		"something else":            {open, []Step{{"d", "u"}}, Adopt, ""},
		"a forge merged it":         {forge, []Step{{"d", "t"}}, Finish, "d"},
		"a forge merged more":       {forge, []Step{{"d", "u"}}, Adopt, ""},
		"an older tip":              {&Decision{Base: "0"}, nil, Abandon, ""},
	} {
		if todo, commit := Recover(&State{Tip: "a", Open: c.d}, c.path); todo != c.want || commit != c.commit {
			t.Errorf("%s: %s %q, wanted %s %q", name, todo, commit, c.want, c.commit)
		}
	}
}

func TestAdoptableExtendsTheRange(t *testing.T) {
	path := []Step{{"1", ""}, {"2", ""}, {"3", ""}}
	for name, c := range map[string]struct {
		good string
		want int
	}{"first": {"1", 0}, "range": {"2", 1}, "all": {"3", 2}, "none": {"", -1}} {
		at, cover, err := Adoptable(path, func(s Step) (Cover, error) { return Cover{Approved: s.Commit == c.good}, nil })
		if err != nil || at != c.want || cover.Approved != (at >= 0) {
			t.Errorf("%s: %d %+v %v", name, at, cover, err)
		}
	}
}

// Safety and liveness of the order: however the records are spread over clients,
// every act has one position, in the order of each log, and the queue is the order in
// which approvals became complete.
func TestPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clients := map[string]records{}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		n := rapid.IntRange(0, 12).Draw(t, "acts")
		for i := range n {
			at = at.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "passes")) * time.Second)
			for _, client := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"_org", "acme", "globex"}), 1, 3, rapid.ID).Draw(t, "clients") {
				clients[client] = append(clients[client], resultlog.Record{
					Kind: resultlog.Approval, Evidence: string(rune('a' + i)), T: resultlog.Instant(at), Actor: &resultlog.Actor{ID: "dana"},
				})
			}
		}
		st, err := Fold(root, logs(clients))
		if err != nil {
			t.Fatal(err)
		}
		if len(st.Seen) != n || len(st.Acts) != n || st.Position != int64(n)+1 {
			t.Fatalf("%d acts, %d seen, next position %d, of %d", len(st.Acts), len(st.Seen), st.Position, n)
		}
		for i := range n - 1 {
			a, b := st.Seen[string(rune('a'+i))], st.Seen[string(rune('a'+i+1))]
			if a.At.Before(b.At) && a.Position >= b.Position {
				t.Fatalf("%s before %s, and at %d after %d", a.At, b.At, a.Position, b.Position)
			}
		}
		var waiting []Waiting
		for _, w := range rapid.Permutation([]string{"a", "b", "c"}).Draw(t, "waiting") {
			waiting = append(waiting, Waiting{Change: w, Approvals: []string{w}})
		}
		queue := st.Queue(waiting)
		if !slices.IsSortedFunc(queue, func(a, b Waiting) int {
			return int(st.position(a.Approvals[0]) - st.position(b.Approvals[0]))
		}) {
			t.Fatalf("queue %v", queue)
		}
	})
}

func (s *State) position(evidence string) int64 {
	if seen, ok := s.Seen[evidence]; ok {
		return seen.Position
	}
	return s.Position
}
