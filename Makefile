# Calls CMake presets and scripts only. `make help` lists the targets.
SHELL := /bin/bash
PREFIX ?= /usr/local
PRESET ?= release
JOBS ?= $(shell nproc)
SECONDS ?= 20

.DEFAULT_GOAL := build
.PHONY: build configure setup test-tools demo demo-turbofan test install deb asan tsan fuzz bench format lint clang clean help

build: configure ## build only; the binary is build/iai
	@cmake --build --preset $(PRESET) --target iai -j $(JOBS)

configure: setup
	@cmake --preset $(PRESET) >build-configure.log 2>&1 || { cat build-configure.log; exit 1; }
	@rm -f build-configure.log

setup: ## install what the build needs and is missing
	@scripts/setup.sh

demo: build ## a test bench from raw files to a gated, documented release, in demo-output/
	@scripts/demo.sh

demo-turbofan: build ## the same on NASA's turbofans (data and models: IAI_TEST_DATA), in demo-turbofan-output/
	@scripts/demo-turbofan.sh

test: test-tools configure ## every test
	@cmake --build --preset $(PRESET) -j $(JOBS)
	@ctest --test-dir build --output-on-failure -j $(JOBS)

install: build ## install under PREFIX (default /usr/local)
	@cmake --install build --prefix $(PREFIX)

deb: setup ## a Debian package in build-package/
	@cmake --preset package >/dev/null && cmake --build --preset package -j $(JOBS) && cd build-package && cpack -G DEB

asan: setup ## every test under AddressSanitizer and UndefinedBehaviorSanitizer
	@cmake --preset asan >/dev/null && cmake --build --preset asan -j $(JOBS) && ctest --test-dir build-asan --output-on-failure

tsan: setup ## every test under ThreadSanitizer
	@cmake --preset tsan >/dev/null && cmake --build --preset tsan -j $(JOBS) && ctest --test-dir build-tsan --output-on-failure

fuzz: clang ## every reader against hostile input, SECONDS each (default 20)
	@cmake --preset fuzz >/dev/null && cmake --build build-fuzz --target fuzzers -j $(JOBS) && scripts/fuzz.sh build-fuzz $(SECONDS) $(JOBS)

bench: build ## every script in tests/bench: ratios against a peer, times of its own
	@cmake --build build --target bench_programs -j $(JOBS) >/dev/null
	@for script in tests/bench/*.sh; do echo "== $$script"; bash $$script $(CURDIR)/build $(CURDIR) || exit 1; done

format: clang ## clang-format over all sources
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

lint: clang build ## clang-tidy over all sources
	@scripts/lint.sh build $(JOBS)

test-tools: ## install what single tests drive, where it can be had
	@scripts/setup.sh --tests

clang: ## install the tools of fuzz, format and lint, where missing
	@scripts/setup.sh --clang

clean: ## remove every build folder (not .deps)
	@rm -rf build build-*

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
