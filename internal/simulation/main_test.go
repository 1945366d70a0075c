package simulation

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets more garbage lie: worlds are small, and gone at once.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}
