# make run     builds the program and tunes a small model, in about a minute once built
# make test    checks everything: format, warnings, tests
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

SWIFT ?= swift
# The Swift runtime goes into the program, so that it starts fast and runs where no Swift is installed.
RELEASE := -c release --static-swift-stdlib
SOURCES := Package.swift Sources Tests Benchmarks
BENCHMARKS := $(notdir $(patsubst %/main.swift,%,$(wildcard Benchmarks/*/main.swift)))
EXAMPLE ?= examples/quickstart/optimizationjob.yaml

.PHONY: help setup build run test bench format lint clean

help: ## Shows this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Installs the Debian packages that are missing
	@./.ci/setup

build: setup ## Builds the program: .build/release/optimizationjob
	@$(SWIFT) build $(RELEASE) --product optimizationjob

run: build ## Tunes the quickstart's model
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/optimizationjob" run $(EXAMPLE) --parallel-trials auto

test: export WARNINGS_AS_ERRORS = 1
test: setup lint ## Runs all checks and tests
	@$(SWIFT) test

bench: build ## Runs all benchmarks in release mode
	@./.ci/setup benchmarks
	@for benchmark in $(BENCHMARKS); do \
	    echo "== $$benchmark"; \
	    $(SWIFT) run -c release "$$benchmark"; \
	done
	@echo "== admission"
	@python3 Benchmarks/admission/benchmark.py "$$($(SWIFT) build $(RELEASE) --show-bin-path)/optimizationjob"

format: ## Formats the Swift sources in place
	@$(SWIFT) format format --in-place --parallel --recursive $(SOURCES)

lint: ## Checks the format of the Swift sources
	@$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

clean: ## Removes what was built
	@rm -rf .build
