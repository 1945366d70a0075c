// Command generate writes a repository of any size, for benchmarks and load tests.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/patchops/patchops/internal/generate"
)

func main() {
	clients := flag.Int("clients", 500, "number of clients")
	documents := flag.Int("documents", 10000, "number of documents")
	seed := flag.Uint64("seed", 1, "seed of all that is random")
	out := flag.String("out", "", "folder to write to; must be empty or absent")
	flag.Parse()
	if err := write(*out, generate.Repository(*clients, *documents, *seed)); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func write(root string, files map[string][]byte) error {
	if root == "" {
		return fmt.Errorf("-out is missing")
	}
	if there, err := os.ReadDir(root); err == nil && len(there) > 0 {
		return fmt.Errorf("%q is not empty", root)
	}
	for name, content := range files {
		target := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
