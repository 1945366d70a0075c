package approval

import "slices"

// Lifts reports whether people, and contacts of these roles, are whom a rule asks for, which
// a freeze names for its override; where it wants distinct people, nobody stands for two parts
// of it.
func (rule *Rule) Lifts(book *Book, people, roles []string) bool {
	if !satisfied(book, rule.Require, people, roles) {
		return false
	}
	return !rule.DistinctPeople || fills(book, []Require{rule.Require}, people, roles)
}

// satisfied reports whether people, and contacts of these roles, satisfy a tree of what is
// required. What only owners of assets can say, they cannot.
func satisfied(book *Book, want Require, people, roles []string) bool {
	for _, part := range want.All {
		if !satisfied(book, part, people, roles) {
			return false
		}
	}
	if len(want.Any) > 0 && !slices.ContainsFunc(want.Any, func(part Require) bool { return satisfied(book, part, people, roles) }) {
		return false
	}
	if want.OwnerOf != "" {
		return false
	}
	if len(want.ContactRoles) > 0 {
		have := 0
		for _, role := range roles {
			if slices.Contains(want.ContactRoles, role) {
				have++
			}
		}
		return have >= max(want.Count, 1)
	}
	if want.Group == "" {
		return len(want.All) > 0 || len(want.Any) > 0
	}
	have := 0
	for _, person := range people {
		if slices.Contains(book.Groups[want.Group], person) {
			have++
		}
	}
	return have >= max(want.Count, 1)
}

// fills reports whether there are different people and contacts for all that is wanted.
func fills(book *Book, wants []Require, people, roles []string) bool {
	if len(wants) == 0 {
		return true
	}
	want, rest := wants[0], wants[1:]
	switch {
	case len(want.All) > 0:
		parts := want.All
		want.All = nil
		return fills(book, slices.Concat(parts, []Require{want}, rest), people, roles)
	case len(want.Any) > 0:
		options := want.Any
		want.Any = nil
		return slices.ContainsFunc(options, func(one Require) bool {
			return fills(book, slices.Concat([]Require{one, want}, rest), people, roles)
		})
	case len(want.ContactRoles) > 0:
		return takes(&want, roles, want.ContactRoles, func(left []Require, roles []string) bool {
			return fills(book, slices.Concat(left, rest), people, roles)
		})
	case want.Group != "":
		return takes(&want, people, book.Groups[want.Group], func(left []Require, people []string) bool {
			return fills(book, slices.Concat(left, rest), people, roles)
		})
	}
	return want.OwnerOf == "" && fills(book, rest, people, roles)
}

// takes tries each of those who may for one place of a leaf, with what is left of both.
func takes(want *Require, from, may []string, try func(left []Require, from []string) bool) bool {
	left := []Require{*want}
	if left[0].Count = max(want.Count, 1) - 1; left[0].Count == 0 {
		left = nil
	}
	for i, one := range from {
		if slices.Contains(may, one) && try(left, slices.Delete(slices.Clone(from), i, i+1)) {
			return true
		}
	}
	return false
}
