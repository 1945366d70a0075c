// The tools that read and run workflows. They stand apart from tools.mod: they
// need other versions of the same libraries than the linters do.
module github.com/patchops/patchops/internal/actions

go 1.26.3

tool (
	github.com/nektos/act
	github.com/rhysd/actionlint/cmd/actionlint
)

require (
	github.com/nektos/act v0.2.89
	github.com/rhysd/actionlint v1.7.12
)
