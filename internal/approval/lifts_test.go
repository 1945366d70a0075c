package approval

import "testing"

// W19, R7: who lifts a freeze is counted once over the whole of a rule that wants distinct
// people.
func TestADistinctPersonLiftsOnePart(t *testing.T) {
	book := &Book{Groups: map[string][]string{"sec": {"dana", "erin"}, "ops": {"dana", "finn"}}}
	group := func(name string, n int) Require { return Require{Group: name, Count: n} }
	business := Require{ContactRoles: []string{"business", "primary"}, Count: 1}
	primary := Require{ContactRoles: []string{"primary"}, Count: 1}
	all := func(parts ...Require) Require { return Require{All: parts} }
	for name, c := range map[string]struct {
		want          Require
		people, roles []string
		shared, lifts bool // without and with distinct people
	}{
		"one for both":          {all(group("sec", 1), group("ops", 1)), []string{"dana", "gwen"}, nil, true, false},
		"one each":              {all(group("sec", 1), group("ops", 1)), []string{"dana", "finn"}, nil, true, true},
		"the other way round":   {all(group("sec", 1), group("ops", 1)), []string{"dana", "erin"}, nil, true, true},
		"two of a group":        {group("ops", 2), []string{"dana", "finn"}, nil, true, true},
		"one of two":            {group("ops", 2), []string{"dana", "erin"}, nil, false, false},
		"one contact for both":  {all(business, primary), nil, []string{"primary"}, true, false},
		"two contacts":          {all(business, primary), nil, []string{"primary", "business"}, true, true},
		"either":                {Require{Any: []Require{group("sec", 2), primary}}, nil, []string{"primary"}, true, true},
		"either, and one of it": {all(Require{Any: []Require{group("sec", 1), primary}}, group("ops", 1)), []string{"dana"}, nil, true, false},
		"nobody":                {Require{}, []string{"dana"}, nil, false, false},
		"owners":                {all(group("sec", 1), Require{OwnerOf: "assets"}), []string{"dana"}, nil, false, false},
	} {
		for distinct, want := range map[bool]bool{false: c.shared, true: c.lifts} {
			if got := (&Rule{Require: c.want, DistinctPeople: distinct}).Lifts(book, c.people, c.roles); got != want {
				t.Errorf("%s, distinct %t: %t, wanted %t", name, distinct, got, want)
			}
		}
	}
}
