package main

import (
	"fmt"
	"os"

	"golang.org/x/term"
)

// secret asks on the terminal for what is not shown there; nil where standard
// input is none.
func secret() func(prompt string) ([]byte, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return nil
	}
	return func(prompt string) ([]byte, error) {
		fmt.Fprint(os.Stderr, prompt)
		defer fmt.Fprintln(os.Stderr)
		return term.ReadPassword(in)
	}
}
