package scaffold

import _ "embed"

// workflow is .github/workflows/patchops.yml of this repository, which a test
// holds equal: folders that begin with a dot cannot be embedded from elsewhere.
//
//go:embed workflow.yml
var workflow []byte

// Workflow is the GitHub workflow that checks every pull request.
func Workflow() []byte { return append([]byte(nil), workflow...) }

//go:embed workflow-status.yml
var statusWorkflow []byte

//go:embed workflow-merge.yml
var mergeWorkflow []byte

// Workflows are all GitHub workflows that init writes, by path. But for the check
// they do nothing until the variables that they name are set.
func Workflows() map[string][]byte {
	return map[string][]byte{
		workflowPath:                            Workflow(),
		".github/workflows/patchops-status.yml": append([]byte(nil), statusWorkflow...),
		".github/workflows/patchops-merge.yml":  append([]byte(nil), mergeWorkflow...),
	}
}
