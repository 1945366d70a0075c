//go:build !museum

// Package museum holds the names of planted bugs. In every build but those with the
// tag "museum" nothing is planted and the compiler removes the places; there one bug
// at a time is, and the simulation must catch it (reliability.md). A bug that
// survives shows that the simulation is broken.
package museum

// Planted reports whether the named bug is in this build.
func Planted(string) bool { return false }
