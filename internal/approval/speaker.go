package approval

import (
	"maps"
	"slices"
	"strconv"
)

// speakers is who a key or an account stands for.
type speakers struct {
	byKey     map[string][]string
	byAccount map[int64][]string
	twins     map[string][]string // who shares a key or an account with whom, sorted
}

func (b *Book) speakers() *speakers {
	s := &speakers{byKey: map[string][]string{}, byAccount: map[int64][]string{}, twins: map[string][]string{}}
	for _, name := range slices.Sorted(maps.Keys(b.People)) {
		p := b.People[name]
		for _, key := range sortedSet(p.Keys) {
			s.byKey[key] = append(s.byKey[key], name)
		}
		if p.Account != 0 {
			s.byAccount[p.Account] = append(s.byAccount[p.Account], name)
		}
	}
	together := func(owners []string) {
		if len(owners) < 2 {
			return
		}
		for i, name := range owners {
			s.twins[name] = append(append(s.twins[name], owners[:i]...), owners[i+1:]...)
		}
	}
	for _, owners := range s.byKey {
		together(owners)
	}
	for _, owners := range s.byAccount {
		together(owners)
	}
	for name := range s.twins {
		s.twins[name] = sortedSet(s.twins[name])
	}
	return s
}

// Speaker is the Person that a key, or an account where there is no key, stands
// for; "" and why where it stands for nobody: unknown, or of several. One key or
// account is one person: who shares one with somebody is nobody by any other of
// theirs either, for else one person could be two (R7).
func (b *Book) Speaker(key string, account int64) (person, problem string) {
	return b.speakers().of(key, account)
}

func (s *speakers) of(key string, account int64) (person, problem string) {
	owners, what := s.byKey[key], "key "+key
	if key == "" {
		owners, what = s.byAccount[account], "account "+strconv.FormatInt(account, 10)
	}
	switch {
	case len(owners) == 0:
		return "", what + " is nobody's at the authorised tip"
	case len(owners) > 1:
		return "", what + " is of " + enumerated(owners) + ", so it speaks for nobody"
	case len(s.twins[owners[0]]) > 0:
		return "", owners[0] + " shares a key or an account with " + enumerated(s.twins[owners[0]]) + ", so neither counts"
	}
	return owners[0], ""
}
