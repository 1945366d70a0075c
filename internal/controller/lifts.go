package controller

import (
	"slices"

	"github.com/patchops/patchops/internal/approval"
)

// lifts reports whether people, and contacts of these roles, are whom a rule asks for;
// where it wants distinct people, nobody stands for two parts of it.
func lifts(book *approval.Book, rule *approval.Rule, people, roles []string) bool {
	if !satisfied(book, rule.Require, people, roles) {
		return false
	}
	return !rule.DistinctPeople || fills(book, []approval.Require{rule.Require}, people, roles)
}

// fills reports whether there are different people and contacts for all that is wanted.
func fills(book *approval.Book, wants []approval.Require, people, roles []string) bool {
	if len(wants) == 0 {
		return true
	}
	want, rest := wants[0], wants[1:]
	switch {
	case len(want.All) > 0:
		parts := want.All
		want.All = nil
		return fills(book, slices.Concat(parts, []approval.Require{want}, rest), people, roles)
	case len(want.Any) > 0:
		options := want.Any
		want.Any = nil
		return slices.ContainsFunc(options, func(one approval.Require) bool {
			return fills(book, slices.Concat([]approval.Require{one, want}, rest), people, roles)
		})
	case len(want.ContactRoles) > 0:
		return takes(&want, roles, want.ContactRoles, func(left []approval.Require, roles []string) bool {
			return fills(book, slices.Concat(left, rest), people, roles)
		})
	case want.Group != "":
		return takes(&want, people, book.Groups[want.Group], func(left []approval.Require, people []string) bool {
			return fills(book, slices.Concat(left, rest), people, roles)
		})
	}
	return want.OwnerOf == "" && fills(book, rest, people, roles)
}

// takes tries each of those who may for one place of a leaf, with what is left of both.
func takes(want *approval.Require, from, may []string, try func(left []approval.Require, from []string) bool) bool {
	left := []approval.Require{*want}
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
