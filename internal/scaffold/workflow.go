package scaffold

import _ "embed"

// workflow is .github/workflows/patchops.yml of this repository, which a test
// holds equal: folders that begin with a dot cannot be embedded from elsewhere.
//
//go:embed workflow.yml
var workflow []byte

// Workflow is the GitHub workflow that checks every pull request.
func Workflow() []byte { return append([]byte(nil), workflow...) }
