# The few words a person types. Each only calls the tool that does the work.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help build run package test test-package test-runbooks test-upgrade test-asan test-tsan test-faults load stress fuzz nightly bench bench-postgres bench-micro cluster lint format sample clean

TO ?= http://127.0.0.1:8080
USERS ?= 100
TIME ?= 60s
SECONDS ?= 60

help: ## print these words
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' Makefile | while read -r word line; do printf 'make %-14s  %s\n' "$$word" "$$line"; done

build: ## build the program, build/stoa, with the packages it needs
	@tools/install-packages build
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target stoa

run: build ## build and serve on http://127.0.0.1:8080, data in ./data; ARGS='--listen 0.0.0.0:80' adds flags
	@exec build/stoa serve $(ARGS)

package: build ## a Debian package and its SBOM, in build/package
	@tools/install-packages package
	@tools/package

test: ## build and run every test, end with their counts
	@tools/install-packages build test
	@tools/test release

test-asan: ## unit and API tests with address and undefined-behaviour sanitizers
	@tools/install-packages build test
	@tools/test asan

test-tsan: ## unit and API tests with the thread sanitizer
	@tools/install-packages build test
	@tools/test tsan

test-faults: ## kill, fill the disk, break writes and syncs, step the clock: nothing acknowledged is lost
	@tools/install-packages build test faults cluster
	@tools/test faults

test-package: package ## install it in a fresh Debian, boot that, upgrade, remove, purge; wants root
	@tools/install-packages test test-package
	@tools/test package

test-runbooks: package ## follow docs/runbooks on a fresh Debian: what their commands print is what stands there; wants root
	@tools/install-packages test test-package
	@tools/test runbooks

test-upgrade: ## data of an earlier release, and a site that goes over to this one without a failed request
	@tools/install-packages build test cluster
	@tools/test upgrade

cluster: ## three PostgreSQL nodes under Patroni on this machine; deploy/cluster/cluster shows and stops them
	@tools/install-packages cluster
	@deploy/cluster/cluster start --balancer $(ARGS)

load: build ## USERS=100 simulated users for TIME=60s, then what stands there against what they were told
	@tools/install-packages load
	@tests/load/run --users $(USERS) --time $(TIME) $(ARGS)

stress: ## excess load, hostile clients, bogus data, forged tokens; then all is as it was
	@tools/install-packages build test stress
	@tools/test stress $(ARGS)

fuzz: ## invent inputs for all that parses, for SECONDS=60 each
	@tools/install-packages build fuzz
	@tests/fuzz/run --seconds $(SECONDS) $(ARGS)

nightly: ## every suite, one after the other; takes hours
	@tools/nightly $(ARGS)

bench: build ## measure beside nginx, Flask, Fastify, Go and SQLite alone, into bench/RESULTS.md; and beside a flood of log-ins
	@tools/install-packages bench
	@bench/run $(ARGS)
	@bench/overload $(ARGS) --append $(if $(filter --quick,$(ARGS)),build/)bench/RESULTS.md
	@bench/limits $(ARGS) --append $(if $(filter --quick,$(ARGS)),build/)bench/RESULTS.md
	@bench/logins.sh

bench-postgres: build ## a post from PostgreSQL: the pipelined connection beside a plain pool of 16
	@tools/install-packages test bench
	@bench/postgres $(ARGS)

bench-micro: build ## measure the parts: parser, router, JSON, tokens, cache, a row of SQLite
	@tools/install-packages bench
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target micro_benchmarks
	@build/micro_benchmarks

lint: build ## check format, clang-tidy, structure and the OpenAPI document
	@tools/install-packages test lint
	@tools/lint

format: ## write the sources in the house's format
	@tools/install-packages lint
	@find src bench/micro tests/fuzz -name '*.[ch]pp' -exec clang-format -i {} +

sample: ## fill the server at TO=http://127.0.0.1:8080 with sample data; asks for its members' password
	@tools/install-packages test </dev/null
	@/usr/bin/python3 tools/sample.py --to $(TO)

clean: ## remove what was built (not ./data)
	@rm -rf build
