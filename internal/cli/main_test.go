package cli

import (
	"os"
	"testing"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/sandbox"
)

// TestMain lets the test binary be its own limited child.
func TestMain(m *testing.M) {
	sandbox.Main(pipeline.Jobs())
	os.Exit(m.Run())
}
