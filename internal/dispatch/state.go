package dispatch

// InOrder reports whether a package in a state is installed in order, by dpkg's
// abbreviation: what is wanted of it, what it is, and an error if there is one ("ii", "hi",
// not "iF" or "iiR"). Of an empty state nothing is known against it; managers without
// states say "ii" or nothing.
func InOrder(state string) bool {
	switch {
	case state == "":
		return true
	case len(state) < 2 || state[1] != 'i':
		return false
	}
	return len(state) == 2 || state[2] == ' '
}
