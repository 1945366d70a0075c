package effect

// Aspect is one thing in which a grant differs, before and after.
type Aspect struct {
	// Part is one of PlanDiffers, AssetDiffers, ProfileDiffers, PatchesDiffer,
	// DatesDiffer, TermsDiffer, UntilLater (a deadline that differs, also an
	// earlier one), AllowDiffers and DenyMissing.
	Part Why
	// Name is what allows or denies, by id.
	Name string
	// Was and Is say whether it was and is in the set.
	Was, Is bool
}

// Wider reports whether the aspect may let more happen than before: all but what
// is only taken away from the windows or added to what denies.
func (a Aspect) Wider() bool {
	switch a.Part {
	case AllowDiffers:
		return a.Is
	case DenyMissing:
		return a.Was
	}
	return true
}

// Aspects are all in which a grant that was and is there differs, in a fixed
// order.
func (g *GrantChange) Aspects() []Aspect {
	if g.Before == nil || g.After == nil {
		return nil
	}
	a, b := g.Before, g.After
	var out []Aspect
	for _, part := range []struct {
		part  Why
		equal bool
	}{
		{PlanDiffers, a.Plan == b.Plan},
		{AssetDiffers, a.Asset == b.Asset},
		{ProfileDiffers, a.Profile == b.Profile},
		{PatchesDiffer, a.Patches == b.Patches},
		{DatesDiffer, a.What == b.What || a.Plan != b.Plan || a.Asset != b.Asset || a.Profile != b.Profile || a.Patches != b.Patches},
		{TermsDiffer, a.Terms == b.Terms},
		{UntilLater, a.Until == b.Until},
	} {
		if !part.equal {
			out = append(out, Aspect{Part: part.part, Was: true, Is: true})
		}
	}
	return append(append(out, setAspects(AllowDiffers, a.Allow, b.Allow)...), setAspects(DenyMissing, a.Deny, b.Deny)...)
}

func setAspects(part Why, before, after Set) []Aspect {
	var out []Aspect
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].Name < after[0].Name:
			out = append(out, Aspect{part, before[0].Name, true, false})
			before = before[1:]
		case len(before) == 0 || after[0].Name < before[0].Name:
			out = append(out, Aspect{part, after[0].Name, false, true})
			after = after[1:]
		default:
			if before[0].Digest != after[0].Digest {
				out = append(out, Aspect{part, after[0].Name, true, true})
			}
			before, after = before[1:], after[1:]
		}
	}
	return out
}
