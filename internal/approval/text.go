package approval

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/effect"
)

// sortedSet is a sorted copy in which nothing is twice.
func sortedSet(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

func joined(list []string) string { return strings.Join(list, "; ") }

// enumerated is "a", "a and b", "a, b and c".
func enumerated(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// few are the first of a list, and how many more there are.
func few(list []string, most int) string {
	if len(list) <= most {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:most], ", "), len(list)-most)
}

// short is a commit as people write it.
func short(commit string) string {
	if len(commit) > 12 {
		return commit[:12]
	}
	return commit
}

// grantText is what the entry of a grant is called.
func grantText(d effect.Difference) string {
	return fmt.Sprintf("grant %s/%s %s", d.Client, d.Document.Name, d.Asset)
}

// Describe is a difference as one clause: what lands and was not proposed.
func Describe(d effect.Difference) string {
	grant := grantText(d)
	switch d.Why {
	case effect.FileDiffers:
		return "file " + d.Name + " differs"
	case effect.DocumentDiffers:
		return d.Document.String() + " differs"
	case effect.NotProposed:
		return grant + " was not proposed"
	case effect.NotRemoved:
		return grant + " is removed by one and not by the other"
	case effect.PlanDiffers:
		return grant + " is by another plan"
	case effect.AssetDiffers:
		return grant + " is for another address or system"
	case effect.ProfileDiffers:
		return grant + " is installed in another way"
	case effect.PatchesDiffer:
		return grant + " is of other patches or versions"
	case effect.DatesDiffer:
		return grant + " has its dates in another zone"
	case effect.TermsDiffer:
		return grant + " is under other terms of the agreement"
	case effect.AllowDiffers:
		return grant + " is allowed by " + d.Name + ", which was not proposed or is another"
	case effect.DenyMissing:
		return grant + " is no longer denied by " + d.Name
	case effect.UntilLater:
		return grant + " has a later deadline"
	}
	return grant + " differs: " + string(d.Why)
}

func describeAll(list []effect.Difference, most int) string {
	texts := make([]string, 0, min(len(list), most))
	for i := range min(len(list), most) {
		texts = append(texts, Describe(list[i]))
	}
	out := joined(texts)
	if len(list) > most {
		out += fmt.Sprintf("; and %d more", len(list)-most)
	}
	return out
}
