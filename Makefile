# memgraphd: build, run, test. `make help` lists the targets.

SHELL      := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -s -w -X main.version=$(VERSION)
GOLANGCI := go tool -modfile=tools.mod golangci-lint
FUZZTIME ?= 30s
HISTORIES ?= 1000
KILLS    ?= 3
DURATION ?= 1h
WORKERS  ?= 1
BENCHTIME ?= 1s
BENCH    ?= .
PKG      ?= ./...
TIMES    ?= 1

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.PHONY: build
build: ## the static server binary, bin/memgraphd
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/memgraphd ./cmd/memgraphd

.PHONY: run
run: build ## build, then serve on 127.0.0.1:7687 with the data in ./mg_data
	exec ./bin/memgraphd --bolt-address=127.0.0.1 --bolt-port=7687 --data-directory=./mg_data --log-level=INFO

.PHONY: test
test: build vet unit tck-short e2e ## everything CI runs: build, vet, unit tests under the race detector, import policy, TCK, end to end

.PHONY: vet
vet:
	go vet ./...

.PHONY: unit
unit: ## unit tests under the race detector, import policy included
	CGO_ENABLED=1 go test -race -timeout 30m $$(go list ./... | grep -vE '/test/(e2e|crash|history|power|tck)$$')

.PHONY: tck-short
tck-short:
	go test -count=1 -timeout 10m ./test/tck

.PHONY: tck
tck: build ## the openCypher TCK of ../shared/tck, TIMES (1) times in process and over Bolt, and once under the race detector
	go test -count=$(TIMES) -timeout 60m ./test/tck
	CGO_ENABLED=1 go test -race -count=1 -timeout 60m ./test/tck
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd go test -count=$(TIMES) -timeout 60m ./test/tck -tck.bolt

.PHONY: e2e
e2e: build ## tests of the built binary over Bolt, with a short kill test
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd MEMGRAPHD_KILLS=$(KILLS) go test -count=1 -timeout 30m ./test/e2e ./test/crash

.PHONY: lint
lint: ## golangci-lint as pinned in tools.mod; PKG=./internal/x/... narrows it
	$(GOLANGCI) run $(PKG)

.PHONY: fmt
fmt: ## gofumpt and import order
	$(GOLANGCI) fmt $(PKG)

.PHONY: arch
arch: ## rewrite test/arch/imports.txt from the tree; read the difference before committing it
	go test -count=1 ./test/arch -run TestImports -rewrite

.PHONY: golden
golden: ## rewrite files that are rendered from code (configs/memgraph.conf, docs/configuration.md)
	go test -count=1 ./internal/config -run TestRendered -update

.PHONY: zones
zones: ## rewrite the embedded time zone database from TZDATA, a directory with IANA's sources
	cd internal/storage/temporal && go run zones_generate.go $(abspath $(TZDATA))

.PHONY: fuzz
fuzz: ## each fuzz target in turn for FUZZTIME (30s)
	@grep -rl --include='*_test.go' '^func Fuzz' cmd internal test | xargs -r -n1 dirname | sort -u | while read -r dir; do \
		for name in $$(go test -list '^Fuzz' ./$$dir | grep '^Fuzz'); do \
			echo "== $$dir $$name"; \
			go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x ./$$dir; \
		done; \
	done

.PHONY: model
model: ## random queries on random graphs against a naive evaluator, from fixed seeds
	go test -count=1 -v -run 'TestModel|TestFailures' ./test/model

.PHONY: modelfuzz
modelfuzz: ## the same from seeds by the clock for DURATION (1h), WORKERS (1) at a time; what fails is kept in testdata
	go test -count=1 -timeout 0 -v -run TestFuzz ./test/model -duration=$(DURATION) -workers=$(WORKERS)

.PHONY: bench
bench: build ## the tables of docs/benchmarks.md, measured on this machine
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd go run ./test/bench

.PHONY: microbench
microbench: ## benchmarks of packages; BENCH and PKG choose, BENCHTIME sets the length
	go test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem $(PKG)

.PHONY: crash
crash: build ## crash at every sync of HISTORIES (1000) random histories in memory, then kill -9 twenty times
	MEMGRAPHD_CRASH_HISTORIES=$(HISTORIES) go test -count=1 -timeout 60m -v -run 'Crash|Fail' ./internal/durability
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd MEMGRAPHD_KILLS=20 go test -count=1 -timeout 60m -v ./test/crash

.PHONY: check
check: lint test ## lint and test

.PHONY: clean
clean: ## remove bin/
	rm -rf bin
