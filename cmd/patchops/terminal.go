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

// size is that of the terminal that standard output is, in cells; 0 where it is none.
func size() (width, height int) {
	width, height, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		return 0, 0
	}
	return width, height
}
