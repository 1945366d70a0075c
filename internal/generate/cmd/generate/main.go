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
	assets := flag.Int("assets", 0, "assets in all, in bulk files and two plans each; 0 for few in many documents")
	largest := flag.Int("largest", 0, "assets of the first client, with -assets")
	seed := flag.Uint64("seed", 1, "seed of all that is random")
	out := flag.String("out", "", "folder to write to; must be empty or absent")
	flag.Parse()
	var files map[string][]byte
	if *assets > 0 {
		files = generate.Estate(*clients, *assets, *largest, *seed)
	} else {
		files = generate.Repository(*clients, *documents, *seed)
	}
	if err := write(*out, files); err != nil {
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
