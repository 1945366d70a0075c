package scaffold

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestDump(t *testing.T) {
	at, _ := time.Parse(time.RFC3339, os.Getenv("ASOF"))
	for _, example := range Examples() {
		files, err := Render(example, at, "00000000-0000-4000-8000-000000000000")
		if err != nil {
			t.Fatal(err)
		}
		for name, data := range files {
			p := filepath.Join(os.Getenv("OUT"), example, name)
			os.MkdirAll(filepath.Dir(p), 0o755)
			os.WriteFile(p, data, 0o644)
		}
	}
}
