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
ATTACK   ?= 5s
IDLE     ?= 10000
BUSY     ?= 1000

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.PHONY: build
build: ## the static server binary, bin/memgraphd
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/memgraphd ./cmd/memgraphd

.PHONY: packages
packages: ## .deb and .rpm for each of ARCHES (amd64 arm64) in bin/release, the same bytes for the same commit
	VERSION=$(VERSION) deploy/build packages

.PHONY: archives
archives: ## .tar.gz for each of ARCHES (amd64 arm64) in bin/release, likewise
	VERSION=$(VERSION) deploy/build archives

.PHONY: release
release: ## archives and packages
	VERSION=$(VERSION) deploy/build archives packages

.PHONY: debian
debian: releases ## the package on a fresh Debian, install to purge; the same bytes twice; needs root and mmdebstrap
	MEMGRAPHD_RELEASES=$(CURDIR)/bin/releases MEMGRAPHD_BINARY=$(CURDIR)/bin/releases/v0.0.2/stage/tool go test -count=1 -v -timeout 60m ./test/deploy

.PHONY: systemd
systemd: releases ## the service under a systemd of its own, with the files of this machine; needs root
	MEMGRAPHD_RELEASES=$(CURDIR)/bin/releases go test -count=1 -v -timeout 20m -run "TestService|TestUnits|TestRPM" ./test/deploy

.PHONY: releases
releases:
	for version in v0.0.1 v0.0.2; do \
		VERSION=$$version PACKAGE_VERSION=$${version#v} ARCHES=$$(go env GOARCH) OUT=$(CURDIR)/bin/releases/$$version deploy/build packages; \
	done

.PHONY: run
run: build ## build, then serve on 127.0.0.1:7687 with the data in ./mg_data
	exec ./bin/memgraphd --bolt-address=127.0.0.1 --bolt-port=7687 --data-directory=./mg_data --log-level=INFO

.PHONY: test
test: build vet unit tck-short e2e ## everything CI runs: build, vet, unit tests under the race detector, import policy, TCK, end to end

.PHONY: vet
vet:
	go vet ./...

.PHONY: unit
unit: ## unit tests under the race detector, import policy included; those with sweeps once more without it, in full
	CGO_ENABLED=1 go test -race -timeout 30m $$(go list ./... | grep -vE '/test/(e2e|attack|browser|crash|history|museum|power|tck)$$')
	go test -timeout 30m ./internal/durability/... ./internal/load

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
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd MEMGRAPHD_KILLS=$(KILLS) go test -count=1 -parallel 4 -timeout 30m ./test/e2e ./test/crash ./test/history ./test/power ./test/attack
	go test -count=1 -run TestFit ./test/museum

.PHONY: attack
attack: build ## what a hostile peer may send to the built server, each for ATTACK (5s): memory, other clients, what is left
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd MEMGRAPHD_ATTACK=$(ATTACK) go test -count=1 -v -timeout 30m ./test/attack

.PHONY: connections
connections: build ## IDLE (10000) clients that wait and BUSY (1000) that do not, for ten seconds; then the server stops
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd MEMGRAPHD_ATTACK=400ms MEMGRAPHD_IDLE=$(IDLE) MEMGRAPHD_BUSY=$(BUSY) go test -count=1 -v -timeout 10m -run TestConnections ./test/attack

.PHONY: browser
browser: build ## the JavaScript driver in a page of headless Chromium, over WebSockets; needs npm and chromium
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd MEMGRAPHD_SCREENSHOT=$(CURDIR)/bin/browser.png go test -count=1 -v -timeout 10m ./test/browser

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
golden: ## rewrite files that are rendered from code (configs/memgraph.conf, tables in docs, docs/formats.md)
	go test -count=1 ./internal/config -run TestRendered -update
	go test -count=1 ./internal/monitor -run TestTable -update
	go test -count=1 ./test/compat -run TestFormatsPage -rewrite

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

.PHONY: screens
screens: ## the shell typed at in a pseudo-terminal, its screens compared with golden ones; needs less
	MEMGRAPHD_SCREENS=1 go test -count=1 -timeout 5m -v -run TestTerminal ./cmd/memgraphd

.PHONY: drivers
drivers: build ## twelve versions of the Go driver and eight of the npm driver by every scheme; needs the network, and node for the latter
	MEMGRAPHD_DRIVERS=1 MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd go test -count=1 -timeout 60m -v ./test/drivers

.PHONY: clients
clients: build ## libraries of npm that write statements of their own (GraphQL, LangChain, mappers) against the built server; needs node and, once, the network
	MEMGRAPHD_CLIENTS=1 MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd go test -count=1 -timeout 30m -v ./test/clients

.PHONY: alerts
alerts: build ## the alerts and the dashboard of deploy/ evaluated by Prometheus' engine: under load, with each trouble that there is an alert for, and in drills, of which those with a full disk need root
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd go test -modfile=alerts.mod -tags alerts -count=1 -v -timeout 10m ./test/alerts

.PHONY: bench
bench: build ## the tables of docs/benchmarks.md, measured on this machine; single ones by -only, see there
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd go run ./test/bench
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd go run ./test/bench -shapes large -clients 1 -only machine,pokec,image,collector \
		-reads point_read,aggregate,aggregate_with_filter,min_max_avg_of_label,expansion_1,expansion_2,expansion_3,expansion_4,shortest_path

.PHONY: answers
answers: ## answers to statements that follow relationships against enumerations of up to ten million trails
	POKEC_SOURCES=60 POKEC_TRAILS=10000000 go test -count=1 -v -timeout 60m -run TestAnswers ./test/pokec

READS ?= 24000000

.PHONY: reads
reads: build ## READS indexed point reads in a row; fails where the server's process grows by them
	MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd go run ./test/bench -only many -count $(READS)

.PHONY: microbench
microbench: ## benchmarks of packages; BENCH and PKG choose, BENCHTIME sets the length
	go test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem $(PKG)

# The catalogue of reliability tests. Each row runs on its own, adds its lines to TABLE, and
# takes its size from the variable of its name: make crash-power EXT4=2000 XFS=1000. The
# sizes here are the fast ones; SEED repeats a run.
TABLE     ?= $(CURDIR)/bin/crash.txt
SEED      ?=
EXT4      ?= 100
XFS       ?= 50
CRASHES   ?= 4
RECRASHES ?= 2
FAILURES  ?= 1
STEP      ?= 1
FAULTS    ?= 20000
APPENDS   ?= 20
INSIDE    ?= 50
TXNS      ?= 100
REGISTERS ?= 20
RING      ?= 20s
TRACED    ?= 1000
KILL9     ?= 50
MODELS    ?= 200
EXECS     ?= 5s
COPIES    ?= 20
PITR      ?= 20
MACHINES  ?= 5
SOAK      ?= 30s
DAY       ?= 2m
CRASH_ROWS := crash-memory crash-again crash-errors crash-bits crash-histories crash-archive crash-power crash-order crash-kill crash-copy crash-restore crash-isolation crash-soak crash-day crash-model crash-files crash-full crash-formats crash-fuzz crash-museum

crash-row = MEMGRAPHD_TABLE=$(TABLE) MEMGRAPHD_SEED=$(SEED) MEMGRAPHD_BINARY=$(CURDIR)/bin/memgraphd $(1) go test -count=1 -timeout 0 $(2)

crash-count = MEMGRAPHD_TABLE=$(TABLE) go run ./test/table/count -test $(1) -what '$(2)'

.PHONY: crash
crash: build ## the catalogue of reliability tests, fast sizes: minutes; one table at the end
	rm -f $(TABLE)
	failed=0; $(MAKE) -k $(CRASH_ROWS) || failed=1; cat $(TABLE); exit $$failed

.PHONY: crash-deep
crash-deep: ## the same with the deep sizes: hours; its rows also run one by one
	$(MAKE) crash EXT4=2000 XFS=1000 CRASHES=80 RECRASHES=50 FAILURES=2 FAULTS=1000000 HISTORIES=10000 \
		KILL9=1000 MODELS=20000 EXECS=10m COPIES=500 PITR=500 MACHINES=100 SOAK=60m DAY=60m APPENDS=200 INSIDE=2000 TXNS=200 REGISTERS=500 RING=10m TRACED=10000

.PHONY: $(CRASH_ROWS)
crash-memory: build ## R1: a crash at every operation of 12 scripts, CRASHES seeds
	$(call crash-row,MEMGRAPHD_CRASH_SEEDS=$(CRASHES),-run TestCrashAtEveryOperation ./internal/durability)
crash-again: build ## R2: a crash at every operation of the start after a crash, RECRASHES seeds
	$(call crash-row,MEMGRAPHD_CRASH_SEEDS=$(RECRASHES),-run TestCrashInEveryRecovery ./internal/durability)
crash-errors: build ## R3: an error at every operation, FAILURES seeds
	$(call crash-row,MEMGRAPHD_CRASH_SEEDS=$(FAILURES),-run TestErrorAtEveryOperation ./internal/durability)
crash-bits: build ## R7: every bit, every cut, and FAULTS random faults, of a log and a snapshot
	$(call crash-row,MEMGRAPHD_STEP=$(STEP) MEMGRAPHD_FAULTS=$(FAULTS),-p 1 -run TestSweep ./internal/durability/wal ./internal/durability/snapshot)
	$(call crash-row,MEMGRAPHD_FAULTS=$(FAULTS),-run TestDamagedDirectory ./internal/durability)
crash-histories: build ## a crash at syncs of HISTORIES random histories of several clients
	$(call crash-row,MEMGRAPHD_CRASH_HISTORIES=$(HISTORIES),-run 'TestCrash$$|Fail' ./internal/durability)
crash-archive: build ## a crash and an error at every operation of backups and archives
	$(call crash-row,MEMGRAPHD_CRASH_HISTORIES=1,-v -run 'Archive|Backup' ./internal/durability) | $(call crash-count,R10,backups and archives interrupted at every operation)
crash-power: build ## R4: EXT4 and XFS power cuts of real file systems, as root
	$(call crash-row,MEMGRAPHD_CUTS_EXT4=$(EXT4) MEMGRAPHD_CUTS_XFS=$(XFS),-v ./test/power)
crash-order: build ## R20: no success before the covering sync, by the system calls of TRACED commits
	$(call crash-row,MEMGRAPHD_TRACED=$(TRACED),-v -run TestOrder ./test/crash)
crash-kill: build ## R6: KILLS times kill -9
	$(call crash-row,MEMGRAPHD_KILLS=$(KILL9),-run TestKill ./test/crash)
crash-copy: build ## R10: COPIES locked copies under load, each started
	$(call crash-row,MEMGRAPHD_COPIES=$(COPIES),-run TestLockedCopies ./test/crash)
crash-restore: build ## R16: PITR random moments of archived histories, restored; MACHINES lost; COPIES backups under load
	$(call crash-row,MEMGRAPHD_PITR=$(PITR),-run TestMoments ./internal/durability)
	$(call crash-row,MEMGRAPHD_MACHINES=$(MACHINES) MEMGRAPHD_COPIES=$(COPIES),-run 'TestMachineLoss|TestBackups' ./test/crash)
crash-soak: build ## R18: SOAK of time with writers, readers, snapshots; memory, descriptors, files stay flat
	$(call crash-row,MEMGRAPHD_SOAK=$(SOAK),-v -run TestSoak ./test/crash)
crash-day: build ## a day in DAY of time: writes, snapshots, locked copies, kills
	$(call crash-row,MEMGRAPHD_DAY=$(DAY),-v -run TestDay ./test/crash)
crash-model: build ## R13: random Cypher of MODELS seeds against the model, before and after a start
	$(call crash-row,MEMGRAPHD_MODELS=$(MODELS),-run TestCypherEqualsModel ./internal/durability)
crash-files: build ## R8: files that are missing, doubled, renamed, exchanged, foreign, links, ...
	$(call crash-row,,-v -run 'TestWhatCanHappen|TestSymbolic|TestOpenDirectory|TestMisnamed|TestDefinedOutcomes|TestWholeFiles|Loss' ./internal/durability ./internal/durability/wal) | $(call crash-count,R8,whole-file faults and their outcomes)
crash-full: build ## R9: real full disks under the server
	$(call crash-row,,-v -run 'Full|Disk' ./test/e2e) | $(call crash-count,R9,full disks under the server)
crash-formats: build ## R15: every released format is read, a newer one refused
	$(call crash-row,,-v -run 'Golden|Format|Compat' ./internal/durability/... ./test/e2e $(wildcard ./test/compat)) | $(call crash-count,R15,formats read and refused)
crash-fuzz: build ## R14: every fuzz target for EXECS of time
	$(MAKE) -s fuzz FUZZTIME=$(EXECS) | $(call crash-count,R14,executions of fuzz targets)
crash-museum: ## R19: each bug of test/museum is put back, and found by its test
	MEMGRAPHD_TABLE=$(TABLE) go test -count=1 -timeout 0 -v ./test/museum
crash-isolation: build ## R11, R12, ring: APPENDS histories of 10 times TXNS transactions, INSIDE of them in process, REGISTERS, RING of time
	$(call crash-row,MEMGRAPHD_HISTORIES=$(APPENDS) MEMGRAPHD_INSIDE=$(INSIDE) MEMGRAPHD_TXNS=$(TXNS) MEMGRAPHD_REGISTERS=$(REGISTERS) MEMGRAPHD_RING=$(RING) MEMGRAPHD_BANK=$(RING),./test/history)

.PHONY: check
check: lint test ## lint and test

.PHONY: clean
clean: ## remove bin/
	rm -rf bin
