//go:build museum

// Package museum holds the names of planted bugs; see museum.go.
package museum

// Bug is the one that is planted; tests set it before they begin.
var Bug string

// Planted reports whether the named bug is in this build.
func Planted(name string) bool { return name == Bug }
