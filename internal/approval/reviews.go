package approval

import "cmp"

// settled is what a person said with their newest review as the last of their reviews:
// of an account the one submitted last counts, and what becomes of an earlier one (it is
// dismissed, or heard of late) does not come after it. Statements stay in their order.
func (s said) settled() said {
	newest := -1
	for i := range s {
		if s[i].act.Key == "" && (newest < 0 || !submittedBefore(&s[i].act, &s[newest].act)) {
			newest = i
		}
	}
	if newest < 0 {
		return s
	}
	out := append(make(said, 0, len(s)), s[:newest]...)
	var after said
	for _, h := range s[newest+1:] {
		if h.act.Key == "" {
			out = append(out, h)
		} else {
			after = append(after, h)
		}
	}
	return append(append(out, s[newest]), after...)
}

// submittedBefore orders reviews as they were submitted. Two states of one review are
// alike.
func submittedBefore(a, b *Act) bool {
	return cmp.Or(a.AsOf.Compare(b.AsOf), cmp.Compare(a.Serial, b.Serial)) < 0
}
