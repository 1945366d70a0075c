# patchops: every target is what CI runs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO       ?= go
BIN      := bin/patchops
TOOL     := $(GO) tool -modfile=internal/tools.mod
COMMIT   := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
LDFLAGS  := -X main.commit=$(COMMIT)
FUZZTIME ?= 20s
PROPS    ?= 10000
SIMULATIONS ?= 1000000
FROM     ?= 0
ONLY     ?=

.PHONY: help demo test e2e simulate exhaustive museum build plans lint fmt race props race-props zones fuzz rego-test mutate docs golden act bench pin ci clean

help: ## list the targets
	@echo 'Start with `make demo` and `make test`; they need Go and Git only.'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## the main job on a realistic repository: check it, break it, see what is found
	@$(BIN) demo

test: ## all tests
	@$(GO) test -timeout 30m ./...

e2e: ## rollouts on full Debian hosts by ssh and ansible, and what goes wrong there (root, namespaces)
	@internal/e2e.sh

build: ## bin/patchops
	@$(GO) build -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/patchops

plans: build ## check this project's own plans with the built binary
	@$(BIN) check --repo plans

lint: ## go vet, golangci-lint, gofumpt, opa fmt, cue fmt, actionlint, go mod tidy
	@internal/lint.sh

fmt: ## format Go, Rego and CUE
	@$(TOOL) gofumpt -w cmd internal policies schemas docs
	@$(TOOL) opa fmt --write policies internal/generate/peers
	@$(TOOL) cue fmt ./schemas/*.cue

simulate: ## SIMULATIONS rollouts (1000000) in a world that fails on purpose, from seed FROM (0); prints the rate
	@PATCHOPS_SIMULATIONS=$(SIMULATIONS) PATCHOPS_FROM=$(FROM) $(GO) test -count=1 -timeout 24h -v -run '^TestSimulations$$' ./internal/simulation

exhaustive: ## every crash point, every pair of crashes, every call that fails, every state of the model (minutes)
	@PATCHOPS_EXHAUSTIVE=1 $(GO) test -count=1 -timeout 1h -v -run '^(TestEvery|TestModel)' ./internal/simulation

museum: ## plant every known bug, one after the other: the simulation must find each
	@$(GO) test -count=1 -timeout 2h -tags museum -v -run '^TestMuseum' ./internal/simulation

race: ## all tests with the race detector
	@$(GO) test -race -timeout 90m ./...

props: ## properties of windows, rollouts, plans edited under way, approvals, merges by path and proofs with PROPS cases (10000)
	@$(GO) test -count=1 -timeout 30m ./internal/approval ./internal/change ./internal/canonical ./internal/resultlog -rapid.checks=$(PROPS) -rapid.nofailfile
	@GOGC=400 $(GO) test -count=1 -timeout 30m ./internal/rollout -run '^TestProp' -rapid.checks=$(PROPS) -rapid.nofailfile
	@$(GO) test -count=1 -timeout 30m ./internal/window -rapid.checks=$(PROPS) -rapid.nofailfile
	@$(GO) test -count=1 -timeout 30m ./internal/progress -run '^TestPropertyEdited' -rapid.checks=$(PROPS) -rapid.nofailfile

race-props: ## those of windows and rollouts with the race detector and 100,000 cases (hours)
	@$(GO) test -count=1 -race -timeout 4h ./internal/rollout -run '^TestProp' -rapid.checks=100000 -rapid.nofailfile
	@$(GO) test -count=1 -race -timeout 4h ./internal/window -rapid.checks=100000 -rapid.nofailfile

zones: ## every time zone, minute by minute from 1973 to 2037 (minutes)
	@PATCHOPS_ZONES=all $(GO) test -count=1 -timeout 30m -run TestScanOfClocks ./internal/window

fuzz: ## every fuzz target for FUZZTIME (20s)
	@internal/fuzz.sh $(FUZZTIME)

rego-test: build ## the tests of the built-in rules, with coverage
	@$(BIN) test --builtin --coverage

mutate: ## show for every built-in rule that a changed condition makes a test fail
	@$(GO) test -count=1 -v -run TestMutantsDie ./policies

docs: ## every example in README, guides and finding pages
	@$(GO) test -count=1 -run 'TestReadme|TestPages|TestReferencePages' ./internal/cli ./internal/pipeline

golden: ## write anew what tests compare with: golden files, reference pages, examples
	@$(GO) test ./internal/report -update
	@$(GO) test ./internal/pipeline -run TestReferencePages -update
	@$(GO) test ./internal/planning -run TestExamples -update
	@UPDATE_DOCS=1 $(GO) test ./internal/cli -run 'TestReadme|TestCommandsPage'

act: ## run the shipped workflow and action for real, with act
	@internal/act.sh

bench: ## the figures of docs/benchmarks.md; ONLY="check plan log next run hosts" (all): the parts wanted (about 20 minutes)
	@ONLY="$(ONLY)" internal/generate/bench.sh

pin: ## let the workflow that users copy use the action of the last commit
	@sed -i -E 's#(patchops/patchops)@[0-9a-f]{40} .*#\1@$(COMMIT) \# main, $(shell git log -1 --format=%cs)#' internal/scaffold/workflow.yml
	@sed -i -E '/repository: patchops\/patchops/{n;s#ref: .*#ref: $(COMMIT) \# main, $(shell git log -1 --format=%cs)#}' internal/scaffold/workflow-*.yml
	@cp internal/scaffold/workflow.yml .github/workflows/patchops.yml
	@git diff --stat -- .github internal/scaffold/*.yml

ci: ## all that continuous integration runs
	@.ci/run

clean: ## remove what was built
	@rm -rf bin out
