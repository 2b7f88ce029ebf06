# `make demo` and `make test` are the commands of README.md; each target installs what it needs.

# A part of `make test`, alone: PART=its name.
part = @scripts/part.sh
# Run beside each other, so that some compile while others wait. The long ones come first.
PARTS := rust packages sandbox debian11 debian13 sanitize windows dotnet hosts fuzz commands plugins c cpp php python peers pascal lint
JOBS ?= 3

.DEFAULT_GOAL := help
.PHONY: help demo sandbox test check fresh installed build $(PARTS:%=test-%) \
  faults fuzz hosts soak sanitize windows windows-x86 header texts plugins platforms advisories install dist dist-test \
  figures figures-bindings bench

help: ## what there is to make
	@echo 'make TARGET, with'
	@sed -n 's/^\([a-z0-9-]*\):.* ## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{ printf "  %-17s %s\n", $$1, $$2 }'

demo: ## a C till resends a one-time password over https, against the embedded sandbox
	@scripts/setup.sh demo
	@scripts/demo.sh

sandbox: ## the sandbox with its pages, in the foreground; PORT (8080) and TLS_PORT (8443)
	@scripts/setup.sh demo
	@scripts/run-sandbox.sh $(or $(PORT),8080) $(or $(TLS_PORT),8443)

test: ## everything that must hold: the sum of the parts below, JOBS (3) at a time
	@scripts/setup.sh rust
	@scripts/part.sh begin
	@exec 5>&2; $(MAKE) --no-print-directory --jobs=$(JOBS) --output-sync=target TOGETHER=1 $(PARTS:%=test-%); status=$$?; \
	  scripts/part.sh table; [ $$status -ne 0 ] || echo 'all is well'; exit $$status

check: ## while you work: format, clippy, and the Rust tests without the long matrices
	@scripts/setup.sh rust
	@scripts/check.sh

fresh: ## make demo and make test in a Debian that is made for them, as CI does; needs root
	@scripts/fresh.sh

# The library and the sandbox, which all but these parts test with.
$(filter-out test-lint test-rust test-peers test-fuzz,$(PARTS:%=test-%)): build
build:
	$(part) build scripts/build.sh

test-lint: ## format, clippy, shellcheck, licences, and a reason for every crate
	$(part) lint scripts/lint.sh
test-rust: ## the library, the sandbox, properties of any answer, and the fault matrix
	$(part) rust scripts/rust-tests.sh
test-peers: ## between real name servers, proxies, web servers and their TLS
	$(part) peers scripts/rust-tests.sh peers
test-sandbox: ## the sandbox's pages in Chromium and Firefox, and its OpenAPI description
	$(part) sandbox sandbox/test.sh
test-fuzz: ## the seeds of the fuzz targets, and some new inputs
	$(part) fuzz fuzz/run.sh
test-c: ## the binary interface, and the C programs, also under valgrind
	$(part) c tests/c/run.sh
test-python: ## the package for Python
	$(part) python bindings/python/test.sh
test-php: ## the package for PHP
	$(part) php bindings/php/test.sh
test-debian11: ## the packages on older interpreters, in a Debian 11 that is made for them; needs root or sudo
	$(part) debian11 tests/debians.sh 11
test-debian13: ## the packages on newer interpreters, in a Debian 13
	$(part) debian13 tests/debians.sh 13
test-plugins: ## the archives and plug-ins for PHP shops, behind real web servers
	$(part) plugins tests/plugins/run.sh
test-cpp: ## the C++ header
	$(part) cpp bindings/cpp/test.sh
test-pascal: ## the unit for Pascal
	$(part) pascal bindings/pascal/test.sh
test-dotnet: ## the library for .NET, on Mono and .NET Core
	$(part) dotnet bindings/dotnet/test.sh
test-hosts: ## hosts and soak, 15 seconds each
	$(part) hosts tests/hosts/test.sh
test-sanitize: ## the C programs under AddressSanitizer, LeakSanitizer and ThreadSanitizer
	$(part) sanitize tests/c/sanitize.sh
test-windows: ## the x64 DLL, and all programs that use it under Wine
	$(part) windows tests/windows/run.sh x64
test-packages: ## wheel, Composer archive, NuGet and Debian packages, made, installed and used
	$(part) packages packaging/test.sh quick
test-commands: ## the other commands below and in the READMEs, for a moment each
	$(part) commands scripts/commands.sh

ifdef TOGETHER
# All packages at once, while the first part compiles.
installed:
	$(part) installed scripts/setup.sh test
$(filter-out test-rust,$(PARTS:%=test-%)): | installed
endif

faults: ## the fault matrix, as a table; FAULTS=word shows each point whose name has the word
	@scripts/setup.sh rust
	@cargo test --quiet --locked --test faults -- --nocapture --test-threads=1

SECONDS_EACH ?= 60
fuzz: ## fuzzes SECONDS_EACH (60) per target; TARGET=word only that one
	@scripts/setup.sh fuzz
	@fuzz/run.sh $(SECONDS_EACH) "$(TARGET)"

hosts: ## PHP-FPM, gunicorn, Mono and a till under load, SECONDS (60) each; SEED decides the faults
	@scripts/setup.sh hosts
	@tests/hosts/run.sh --seconds $(or $(SECONDS),60) $(addprefix --seed ,$(SEED))

soak: ## all of them together with threads and forks, for SECONDS (300)
	@scripts/setup.sh hosts
	@tests/hosts/run.sh soak --seconds $(or $(SECONDS),300) $(addprefix --seed ,$(SEED))

sanitize: test-sanitize ## the same as test-sanitize

windows: test-windows ## the same as test-windows

windows-x86: ## the same for x86, in a 32-bit Debian of its own; needs root
	@[ -x target/windows/x64/wine ] || $(MAKE) --no-print-directory test-windows
	@scripts/setup.sh windows-x86
	@tests/windows/run.sh x86

install: ## what `make build` has built, for C and C++: PREFIX (/usr/local), LIBDIR (lib), DESTDIR
	@packaging/install.sh

dist: ## all packages, for every system, in dist/: half an hour
	@scripts/setup.sh dist
	@packaging/dist.sh

dist-test: ## installs what is in dist/ and runs it, in all systems that can be had here; needs root
	@scripts/setup.sh dist-test
	@packaging/test.sh all

header: ## writes the headers and tests/contract.json from the sources
	@scripts/setup.sh demo
	@scripts/header.sh

texts: ## writes what the recipes show into each language, from bindings/texts.json
	@scripts/texts.py

plugins: ## the package for Composer and the plug-ins, for Linux x86_64, as archives in target/plugins
	@scripts/setup.sh plugins
	@packaging/natives.sh linux-x64 command-x64
	@packaging/php.sh target/plugins linux-x64 command-x64

platforms: build plugins ## a plug-in in a real shop: PLATFORM=woocommerce, opencart3 or opencart4, SOURCE=its folder; PICTURES=folder
	@scripts/setup.sh platforms
	@tests/platforms/run.sh "$(PLATFORM)" "$(SOURCE)" "$(PICTURES)"

advisories: ## known vulnerabilities of all crates, from RustSec's database
	@scripts/setup.sh advisories
	@scripts/supply-chain.sh advisories

figures: ## size, dependencies, the cost of a context, and memory over 100,000 calls
	@scripts/setup.sh figures
	@bench/figures.sh

figures-bindings: ## what a call costs in each language above the same call in C
	@scripts/setup.sh bench
	@bench/run.sh above

bench: ## beside its peers: docs/benchmarks.md; ROWS=word measures only the rows whose name has the word
	@scripts/setup.sh bench
	@bench/run.sh "$(ROWS)"
