# make run     builds the program and tunes a small model, in about a minute once built
# make test    checks everything: format, warnings, tests
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

SWIFT ?= swift
# The Swift runtime goes into the program, so that it starts fast and runs where no Swift is installed.
RELEASE := -c release --static-swift-stdlib
SOURCES := Package.swift Sources Tests Benchmarks Fuzz
BENCHMARKS := $(notdir $(patsubst %/main.swift,%,$(wildcard Benchmarks/*/main.swift)))
EXAMPLE ?= examples/quickstart/optimizationjob.yaml

# How long each fuzzer runs, and which ones.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $(notdir $(wildcard Fuzz/Corpus/*))

# The image of `make image`, `make deploy` and `make e2e`.
REGISTRY ?=
TAG ?= $(shell sed -n 's/.*current = "\(.*\)"/\1/p' Sources/HostProcess/ProgramVersion.swift)
IMAGE ?= $(if $(REGISTRY),$(REGISTRY)/)optimizationjob:$(TAG)
CONTAINERS ?= $(notdir $(firstword $(shell command -v docker podman)))
KUBECTL ?= kubectl

# Tests that compute, and keep all processors busy. The others talk to sockets and processes within time limits: they run
# after these, one at a time.
COMPUTING := ^(AdmissionTests|ControllerTests|FuzzTests|JSONTests|MetricsTests|OptimizationAPITests|SearchTests|YAMLTests)[.]
SANITIZED := TransportTests|HTTPTests|JSONTests|KubernetesTests|AdmissionTests|CertificatesTests|FuzzTests

.PHONY: help setup build run test test-sanitized e2e soak fuzz bench bench-search image deploy undeploy generate format lint clean

help: ## Shows this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Installs the Debian packages that are missing
	@./.ci/setup

build: setup ## Builds the program: .build/release/optimizationjob
	@$(SWIFT) build $(RELEASE) --product optimizationjob

run: build ## Tunes the quickstart's model
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/optimizationjob" run $(EXAMPLE) --parallel-trials auto

test: export WARNINGS_AS_ERRORS = 1
test: setup lint ## Runs all checks and tests
	@$(SWIFT) test --filter '$(COMPUTING)'
	@$(SWIFT) test --skip-build --skip '$(COMPUTING)' --no-parallel

test-sanitized: setup ## Tests what strangers send to under the address and the thread sanitizer
	@./Tests/Sanitizers/run '$(SANITIZED)'

e2e: export KUBECTL := $(KUBECTL)
e2e: export IMAGE := $(IMAGE)
e2e: setup ## Tests from outside: on the cluster of KUBECONFIG, or on the embedded API server
	@SWIFT=$(SWIFT) ./Tests/EndToEndTests/run

soak: setup ## Opens and ends 100,000 connections in every way, and counts what is left of them
	@SOAK_CONNECTIONS=100000 $(SWIFT) test --filter EndingConnectionTests

fuzz: setup ## Fuzzes each target for FUZZ_SECONDS (60)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) ./Fuzz/run $(FUZZ_TARGETS)

bench: build ## Runs all benchmarks in release mode
	@./.ci/setup benchmarks
	@for benchmark in $(BENCHMARKS); do \
	    echo "== $$benchmark"; \
	    $(SWIFT) run $(RELEASE) "$$benchmark"; \
	done
	@echo "== admission"
	@python3 Benchmarks/admission/benchmark.py "$$($(SWIFT) build $(RELEASE) --show-bin-path)/optimizationjob"

bench-search: setup ## Measures the search algorithms, beside Optuna's if it is installed, and writes docs/search.md
	@$(SWIFT) build -c release --product SearchBenchmark
	@program="$$($(SWIFT) build -c release --show-bin-path)/SearchBenchmark"; \
	python3 -c 'import optuna, cmaes, scipy, torch' 2>/dev/null && for parallel in 1 4 8; do \
	    for problems in "drawn 400 448" "drawn 700 748" textbook "suite Benchmarks/SearchBenchmark/Tables"; do \
	        python3 Benchmarks/SearchBenchmark/optuna_runs.py "$$program" .build/optuna-runs.tsv "$$parallel" \
	            "$${OPTUNA_SEEDS:-3}" optuna-tpe,optuna-cmaes,optuna-gp problems $$problems; \
	    done; \
	done || echo "Optuna is not installed for python3 (pip install optuna cmaes scipy torch): its columns are left out"; \
	"$$program" "$${SEEDS:-20}" "$${DRAWN_SEEDS:-5}"

image: ## Builds the container image REGISTRY/optimizationjob:TAG with docker or podman
	@[ -n "$(CONTAINERS)" ] || { \
	    echo "image: neither docker nor podman is in PATH; install one, or name what builds images with CONTAINERS=" >&2; \
	    exit 1; \
	}
	@$(CONTAINERS) build --tag "$(IMAGE)" .
	@echo "built $(IMAGE); to bring it to a cluster: $(CONTAINERS) push $(IMAGE)"

deploy: ## Installs or upgrades on the cluster that kubectl points at, with the image REGISTRY/optimizationjob:TAG
	@KUBECTL=$(KUBECTL) ./manifests/deploy apply "$(IMAGE)"

undeploy: ## Uninstalls from the cluster that kubectl points at
	@KUBECTL=$(KUBECTL) ./manifests/deploy delete

generate: setup ## Writes what is derived from the API: the tables of docs/api.md
	@UPDATE_API_REFERENCE=1 $(SWIFT) test --filter APIReferenceTests

format: ## Formats the Swift sources in place
	@$(SWIFT) format format --in-place --parallel --recursive $(SOURCES)

lint: ## Checks the format of the Swift sources
	@$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

clean: ## Removes what was built
	@rm -rf .build
