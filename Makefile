# patchops: every target is what CI runs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO      ?= go
BIN     := bin/patchops
TOOL    := $(GO) tool -modfile=internal/tools.mod
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
LDFLAGS := -X main.commit=$(COMMIT)
FUZZTIME ?= 20s

.PHONY: help build demo test race fuzz lint fmt rego-test mutate docs golden plans act bench ci clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/patchops
	@$(GO) build -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/patchops

demo: build ## the main job on a realistic repository: check it, break it, see what is found
	@$(BIN) demo

test: ## run all tests
	@$(GO) test ./...

race: ## run all tests with the race detector
	@$(GO) test -race ./...

fuzz: ## run every fuzz target for FUZZTIME (20s)
	@internal/fuzz.sh $(FUZZTIME)

lint: ## vet, golangci-lint, gofumpt, rego and CUE format, actionlint
	@internal/lint.sh

fmt: ## format Go, Rego and CUE
	@$(TOOL) gofumpt -w cmd internal policies schemas docs
	@$(TOOL) opa fmt --write policies
	@$(TOOL) cue fmt ./schemas/*.cue

rego-test: build ## run the tests of the built-in rules, with coverage
	@$(BIN) test --builtin --coverage

mutate: ## show that a change of any condition of any built-in rule makes a test fail
	@$(GO) test -count=1 -v -run 'TestMutants' ./policies

docs: ## check every example in README and docs
	@$(GO) test -count=1 -run 'TestDocs|TestPages|TestReadme' ./...

golden: ## write the golden files anew
	@$(GO) test ./internal/report ./internal/pipeline -update

plans: build ## check this project's own plans with the built binary
	@$(BIN) check --repo plans

act: build ## run the shipped workflow and action for real
	@internal/act.sh

bench: ## time check beside cue vet and conftest (minutes)
	@internal/generate/bench.sh

ci: ## what continuous integration runs
	@.ci/run

clean: ## remove what was built
	@rm -rf bin out
