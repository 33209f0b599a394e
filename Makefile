# `make help` lists what can be made. Everything is built for release: kernels without the optimizer are of no use.

# The project itself is built without a warning; see the end of Package.swift.
export APUS_WARNINGS := error

SWIFT_SOURCES := Package.swift Sources Tests Tools Bench/Package.swift Bench/Benchmarks Bench/Cases Bench/Sources
PYTHON ?= python3

.PHONY: help
help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s  %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: dependencies
dependencies:
	@scripts/install-dependencies

.PHONY: build
build: dependencies ## builds the libraries and the tools, into .build/release
	swift build -c release

.PHONY: test
test: $(if $(BUILT),,dependencies lint) ## runs all tests, and checks the sources' format
	swift test -c release $(if $(BUILT),--skip-build)

# `swift test` lets tests look into modules by an option that no other build can be given. This one says it as others can, so that they find
# their modules here: what is built with BUILT=1. It doesn't mix with `swift test` without BUILT=1, which compiles all of it anew.
TESTABLE := -Xswiftc -enable-testing

.PHONY: test-build
test-build: dependencies lint
	swift build -c release --build-tests $(TESTABLE)

# Swift 6.3 makes casts for ThreadSanitizer that LLVM's verifier refuses, and its code generator understands.
.PHONY: thread-check
thread-check: dependencies ## has ThreadSanitizer watch the threads of a pool
	APUS_SANITIZED=thread swift build -c release --sanitize thread --scratch-path .build/thread-check \
		-Xswiftc -Xfrontend -Xswiftc -disable-llvm-verify --product worker-pool-check
	.build/thread-check/release/worker-pool-check

.PHONY: lint
lint: ## checks the sources' format
	swift format lint --strict --recursive --parallel $(wildcard $(SWIFT_SOURCES))

.PHONY: start-order
start-order: dependencies ## notes anew what apus-infer runs at its start, for the linker; needs Valgrind
	scripts/order-start

.PHONY: demo
demo: build ## trains, exports, compiles and asks a network, with something to look at after each step
	@scripts/demo

# What apus-export puts a plan into, beside the tools. It is made of the tools' own sources.
STANDALONE := .build/release/standalone
STANDALONE_SOURCES := scripts/build-standalone scripts/standalone_parts.py $(shell find Sources Tools/apus-infer -type f)

$(STANDALONE)/made: $(STANDALONE_SOURCES) | $(if $(BUILT),,build)
	scripts/build-standalone .build/release $(STANDALONE)
	touch $@

.PHONY: standalone
standalone: $(STANDALONE)/made ## builds the programs that apus-export --standalone puts a plan into, beside the tools

.PHONY: standalone-check
standalone-check: standalone ## makes a standalone program of each model, and compares its answers with those of apus-infer
	$(PYTHON) Tests/standalone/check_standalone.py .build/release $(if $(BUILT),,--sizes)

.PHONY: memory-check
memory-check: standalone ## sends a million samples through all that answers a stream, whose memory may not grow; SAMPLES=
	$(PYTHON) Tests/memory/flat_memory.py .build/release --samples $(or $(SAMPLES),1000000)

# What is installed: tools that need no Swift, the library for C, manual pages, completions.
DISTRIBUTION := .build/distribution
PREFIX ?= /usr/local
INSTALL := PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install-distribution

.PHONY: distribution
distribution: $(if $(BUILT),,build) standalone ## makes what is installed, into .build/distribution; with the server, if it is built
	scripts/make-distribution .build/release $(DISTRIBUTION)

$(DISTRIBUTION)/version:
	$(MAKE) distribution

.PHONY: install
install: $(DISTRIBUTION)/version ## installs tools, library, header and manual pages; PREFIX=/usr/local, DESTDIR=, LIBDIR=, PARTS=tools
	$(INSTALL) install $(DISTRIBUTION)

.PHONY: uninstall
uninstall: ## removes what install put there
	$(INSTALL) uninstall $(DISTRIBUTION)

.PHONY: install-check
install-check: distribution ## installs it into a folder of its own, and looks at everything there
	Tests/packaging/check-installation $(DISTRIBUTION)

.PHONY: deb
deb: $(DISTRIBUTION)/version ## makes a Debian package, into .build, and one of the server, if it is built: make serve distribution deb
	scripts/make-deb $(DISTRIBUTION) .build

.PHONY: deb-check
deb-check: deb wheel ## installs the package and the wheel into a bare Debian 12 without Swift, and has them answer there (needs root and mmdebstrap)
	Tests/packaging/check-on-bare-debian .build/apus_*.deb dist/apus-*.whl $$(ls .build/apus-serve_*.deb 2>/dev/null)

.PHONY: docs
docs: dependencies ## writes docs/LANGUAGE.md anew from what the operators say of themselves
	APUS_WRITE_DOCS=1 swift test -c release --filter LanguageReference

.PHONY: documentation
documentation: $(if $(BUILT),,build) ## builds the library's documentation for a browser, into .build/documentation, and ends at a warning
	@scripts/build-documentation

# Bench is a package of its own, with a build of its own. With BUILT=1 it is built into that of `make test-build`, so that the modules that
# both have are there already, kernels above all.
BENCH_BUILD := $(CURDIR)/$(if $(BUILT),.build,Bench/.build)
BENCH_OPTIONS := --scratch-path $(BENCH_BUILD) $(if $(BUILT),$(TESTABLE))

.PHONY: library-use
library-use: dependencies ## builds the examples of README and articles in a package of their own, and runs them
	swift build -c release --package-path Bench $(BENCH_OPTIONS) --product library-use
	@mkdir -p .build/library-use-files
	$(BENCH_BUILD)/release/library-use Models/mnist-cnn.apus .build/library-use-files

.PHONY: library-check
library-check: dependencies ## the same, in a package that depends on Apus by version; builds all of it anew
	@scripts/check-library-use

.PHONY: fixture
fixture: ## has PyTorch compute anew what the models should answer (1.8 GB of downloads)
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --no-deps --requirement Bench/peers/requirements-fixture.txt
	.venv/bin/python Bench/peers/make_fixture.py

.PHONY: bench
bench: dependencies ## times every kernel and every model, or those of which FILTER is a part of the name
	cd Bench && swift package benchmark --no-progress --grouping metric $(if $(FILTER),--filter '.*$(FILTER).*')

.PHONY: bench-allocations
bench-allocations: dependencies ## checks that no model's run allocates memory
	cd Bench && swift package $(BENCH_OPTIONS) benchmark thresholds check --target Models --no-progress

# The peers, in the versions that requirements.txt names.
.venv-peers/installed: Bench/peers/requirements.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --requirement $<
	touch $@

# What writes the models of the part `imported`.
.venv-peers/imported-installed: Bench/peers/requirements-imported.txt .venv-peers/installed
	.venv-peers/bin/pip install --quiet --requirement $<
	touch $@

.PHONY: bench-peers
bench-peers: build .venv-peers/installed $(if $(filter imported all,$(or $(PART),all)),.venv-peers/imported-installed) ## does the same work with other runtimes, side by side, and writes the README's table
	swift build -c release --package-path Bench --product apus-peer-worker
	.venv-peers/bin/python Bench/peers/bench_peers.py $(or $(PART),all); result=$$?; \
	.venv-peers/bin/python Bench/peers/bench_peers.py table && exit $$result

# The onnx package, and what it needs, for its node tests.
.venv-onnx/installed: Tests/ONNXConformance/requirements.txt
	$(PYTHON) -m venv .venv-onnx
	.venv-onnx/bin/pip install --quiet --no-deps --requirement $<
	touch $@

.build/onnx-cases/cases.tsv: Tests/ONNXConformance/write_cases.py .venv-onnx/installed
	.venv-onnx/bin/python $< $(@D)

.PHONY: onnx-conformance
onnx-conformance: .build/onnx-cases/cases.tsv ## runs the onnx package's node tests; FILTER=conv for fewer, UPDATE=1 writes the list of those that pass
	$(if $(BUILT),,swift build -c release --product onnx-conformance)
	.build/release/onnx-conformance $(if $(FILTER),--filter '$(FILTER)') $(if $(UPDATE),--update) $(if $(VERBOSE),--verbose)

.PHONY: onnx-export-check
onnx-export-check: .venv-peers/installed ## has the onnx package check what is exported, and ONNX Runtime compute it
	rm -rf .build/onnx-exports
	APUS_ONNX_CASES=.build/onnx-exports swift test -c release --filter 'ApusONNXTests.*Export'
	.venv-peers/bin/python Bench/peers/onnx_export_check.py .build/onnx-exports

# The wheel's builder, and what its tests compare with.
.venv-python/installed: Sources/Python/requirements.txt
	$(PYTHON) -m venv .venv-python
	.venv-python/bin/pip install --quiet --requirement $<
	touch $@

.venv-python/check-installed: Tests/Python/requirements.txt .venv-python/installed
	.venv-python/bin/pip install --quiet --requirement $<
	touch $@

.PHONY: wheel
wheel: $(if $(BUILT)$(LIBAPUS),,build) .venv-python/installed ## makes the package for Python, dist/apus-*.whl; LIBAPUS=FILE puts another library into it
	scripts/build-wheel .venv-python/bin/python $(or $(LIBAPUS),.build/release/libapus.so) dist

.PHONY: python-check
python-check: $(if $(BUILT),,build) wheel .venv-python/check-installed ## installs the wheel beside ONNX Runtime, and tests it; FILTER=test_memory for fewer
	.venv-python/bin/pip install --quiet --force-reinstall --no-deps dist/apus-*.whl
	APUS_WHEEL=$$(ls $(CURDIR)/dist/apus-*.whl) .venv-python/bin/python -m unittest discover \
	  --start-directory Tests/Python $(if $(FILTER),-k '$(FILTER)') --verbose

.venv-batches/installed: Tests/batches/requirements.txt
	$(PYTHON) -m venv .venv-batches
	.venv-batches/bin/pip install --quiet --requirement $<
	touch $@

.PHONY: batches-check
batches-check: $(if $(BUILT),,build) wheel .venv-batches/installed ## runs the recipes for data at rest: xargs, GNU parallel, Dask
	.venv-batches/bin/pip install --quiet --force-reinstall --no-deps dist/apus-*.whl
	.venv-batches/bin/python Tests/batches/check_batches.py .build/release

# Training on several machines. Open MPI is installed where this is asked for, and nowhere else.
.PHONY: mpi
mpi:
	@scripts/install-dependencies libopenmpi-dev openmpi-bin

.PHONY: train-mpi
train-mpi: mpi ## builds apus-train-mpi, which trains on all machines that mpirun names; installs Open MPI where it is missing
	APUS_MPI=1 swift build -c release --product apus-train-mpi

.PHONY: ranks-check
ranks-check: $(if $(BUILT),,train-mpi) ## trains on 1 to 4 ranks, kills some at random moments, and compares bits: ROUNDS (20), from SEED (the time)
	$(if $(BUILT),,swift build -c release --product apus-train)
	$(PYTHON) Tests/ranks/check_ranks.py .build/release/apus-train-mpi .build/release/apus-train \
	  --rounds $(or $(ROUNDS),20) $(if $(SEED),--seed $(SEED))

.PHONY: ranks-measure
ranks-measure: train-mpi ## compares the model of docs/SCALING.md with ranks in network namespaces of limited rates (needs root)
	$(PYTHON) Tests/ranks/measure_scaling.py .build/release/apus-train-mpi

# What looks at pages in a browser.
.venv-report/installed: Tests/report/requirements.txt
	$(PYTHON) -m venv .venv-report
	.venv-report/bin/pip install --quiet --requirement $<
	touch $@

.PHONY: report-check
report-check: $(if $(BUILT),,build) .venv-report/installed ## opens the tools' pages in Chromium, and checks that people can use them; screenshots are in .build/report
	.venv-report/bin/python Tests/report/check_report.py .build/release .build/report

# What the checks of .ci/run need of Python.
.PHONY: environments
environments: .venv-python/check-installed .venv-batches/installed .venv-report/installed .venv-serve/installed .build/onnx-cases/cases.tsv

.PHONY: onnx-fuzz
onnx-fuzz: .build/onnx-cases/cases.tsv ## imports ONNX files that were changed at random, for SECONDS (3600), from SEED (the time)
	$(if $(BUILT),,swift build -c release --product onnx-fuzz)
	.build/release/onnx-fuzz --seconds $(or $(SECONDS),3600) $(if $(SEED),--seed $(SEED)) --files .build/onnx-cases

.PHONY: faults
faults: ## stops training runs at random moments and goes on with them: ROUNDS (20), KIND (all), from SEED (the time)
	$(if $(BUILT),,swift build -c release --product apus-train)
	$(PYTHON) Tests/faults/faults.py --rounds $(or $(ROUNDS),20) --kind $(or $(KIND),all) $(if $(SEED),--seed $(SEED))

.PHONY: plan-fuzz
plan-fuzz: dependencies ## runs what is accepted of changed instructions and plans, for SECONDS (3600), from SEED (the time)
	$(if $(BUILT),,swift build -c release --product plan-fuzz)
	.build/release/plan-fuzz --training --seconds $(or $(SECONDS),3600) $(if $(SEED),--seed $(SEED))

# What reads bytes that a stranger may have sent. None of it has kernels.
.PHONY: reader-check
reader-check: dependencies ## has every reader read truncated and changed files: CASES (100000) each, from SEED (the time); READER=image
	$(if $(BUILT),,swift build -c release --product reader-check)
	.build/release/reader-check --cases $(or $(CASES),100000) $(if $(SEED),--seed $(SEED)) $(if $(READER),--reader $(READER))

# The server, its packages and its tests, which nothing else fetches or compiles.
SERVE := APUS_SERVE=1 swift
.PHONY: serve
serve: dependencies ## builds apus-serve, into .build/release
	$(SERVE) build -c release --product apus-serve

.PHONY: serve-test
serve-test: dependencies ## runs the server's tests that need no client
	$(SERVE) test -c release --filter ApusServingTests

# Triton's and KServe's clients.
.venv-serve/installed: Tests/serve/requirements.txt
	$(PYTHON) -m venv .venv-serve
	.venv-serve/bin/pip install --quiet --requirement $<
	touch $@

.PHONY: serve-check
serve-check: $(if $(BUILT),,serve) .venv-serve/installed ## has Triton's, KServe's and broken clients ask the server: REQUESTS (3000), from SEED (1); FILTER=test_limits
	$(if $(BUILT),,swift build -c release --product apus-infer && swift build -c release --product apus-compile)
	cd Tests/serve && for file in test_triton test_triton_examples test_kserve test_faults; do \
	  REQUESTS=$(or $(REQUESTS),3000) SEED=$(or $(SEED),1) ../../.venv-serve/bin/python -W ignore::ResourceWarning \
	    -m unittest $(if $(FILTER),-k '$(FILTER)') --verbose $$file || exit 1; done

.PHONY: serve-soak
serve-soak: serve .venv-serve/installed ## sends ten million requests, or REQUESTS, and watches the server's memory
	cd Tests/serve && ../../.venv-serve/bin/python soak.py --requests $(or $(REQUESTS),10000000)

.PHONY: deploy-check
deploy-check: $(if $(BUILT),,serve) .venv-serve/installed ## checks deploy/ against KServe's and Kubernetes' models, and runs the container's files without Docker
	.venv-serve/bin/python deploy/check_manifests.py
	deploy/check-container .build/release/apus-serve

.venv-serve/peers-installed: Bench/peers/requirements-serve.txt .venv-serve/installed
	.venv-serve/bin/pip install --quiet --requirement $<
	touch $@

.venv-triton/installed: Bench/peers/requirements-triton.txt
	$(PYTHON) -m venv .venv-triton
	.venv-triton/bin/pip install --quiet --requirement $<
	touch $@

.PHONY: bench-serve
bench-serve: build serve .venv-serve/peers-installed .venv-triton/installed ## measures the server beside others, on a machine that does nothing else; QUICK=1 for a look
	.venv-serve/bin/python Bench/peers/serve/bench_serve.py --triton $(CURDIR)/.venv-triton $(if $(QUICK),--quick)

# One build for libFuzzer and for the tests that need no kernels. What the address sanitizer finds it says itself.
SANITIZED := .build/sanitized
SANITIZED_OPTIONS := -c release --sanitize address --scratch-path $(SANITIZED) -Xswiftc -enable-testing -Xswiftc -use-ld=lld \
	-Xswiftc -sanitize-coverage=edge,trace-cmp,inline-8bit-counters,pc-table
# Swift's own report of a crash and the sanitizer's would wait for each other; globals are never freed. Central differences would take
# minutes, and touch no memory that the other tests of operators don't.
SANITIZER := SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
.PHONY: sanitized
sanitized: dependencies
	APUS_SANITIZED=address swift build --build-tests $(SANITIZED_OPTIONS) -Xlinker -L$$(swiftc -print-target-info \
	  | sed -nE 's/.*"runtimeResourcePath" *: *"([^"]+)".*/\1/p')/clang/lib/linux

.PHONY: sanitized-check
sanitized-check: $(if $(BUILT),,sanitized) ## runs the tests that need no kernels, and some of reader-check, with AddressSanitizer
	$(SANITIZER) $(SANITIZED)/release/apusPackageTests.xctest --testing-library swift-testing --skip '[gG]radient'
	$(SANITIZER) $(SANITIZED)/release/reader-check --cases $(or $(CASES),3000) --seconds 20 \
	  $(if $(SEED),--seed $(SEED)) --findings .build/fuzz

.PHONY: fuzz
fuzz: $(if $(BUILT),,sanitized) ## has libFuzzer change what TARGET reads (Tests/Fuzz/Corpora has their names), for SECONDS (60)
	@test -n "$(TARGET)" || { echo "name a reader: make fuzz TARGET=plan" >&2; exit 64; }
	Tests/Fuzz/fuzz $(SANITIZED)/release/fuzz $(or $(SECONDS),60) $(TARGET)

.PHONY: fuzz-all
fuzz-all: $(if $(BUILT),,sanitized) ## the same for every reader, two at a time
	Tests/Fuzz/fuzz $(SANITIZED)/release/fuzz $(or $(SECONDS),60) $$(ls Tests/Fuzz/Corpora)

.PHONY: bench-against
bench-against: build ## compares this checkout with revision REV: times, arenas, bits, allocations; KEEP=1 keeps its build
	@test -n "$(REV)" || { echo "name the revision: make bench-against REV=HEAD~1" >&2; exit 64; }
	swift build -c release --product allocation-count
	$(PYTHON) Bench/against/bench_against.py '$(REV)' $(if $(FILTER),--filter '$(FILTER)') \
	  $(if $(TOLERANCE),--tolerance $(TOLERANCE)) $(if $(KEEP),--keep) $(if $(JSON),--json)
