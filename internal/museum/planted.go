//go:build museum

// Package museum holds the names of planted bugs; see museum.go.
package museum

import "os"

// Bug is the one that is planted: tests set it before they begin, or who runs them does
// by PATCHOPS_BUG.
var Bug = os.Getenv("PATCHOPS_BUG")

// Planted reports whether the named bug is in this build.
func Planted(name string) bool { return name == Bug }
