# The two commands of README.md are `make demo` and `make test`; they install what they need.

.PHONY: demo test faults fuzz sanitize hosts soak windows windows-x86 header advisories figures figures-bindings bench

# A C till resends a one-time password over https, against the embedded sandbox.
demo:
	@scripts/setup.sh demo
	@scripts/demo.sh

# Everything that CI checks.
test:
	@scripts/setup.sh test
	@scripts/test.sh

# The fault matrix, as a table: a row for each group. FAULTS=word shows each of the points whose name has the word.
faults:
	@scripts/setup.sh faults
	@cargo test --quiet --locked --test faults -- --nocapture --test-threads=1

# The C programs under AddressSanitizer, LeakSanitizer and ThreadSanitizer.
sanitize:
	@scripts/setup.sh sanitize
	@scripts/sanitize.sh

# Fuzzing under the address sanitizer, so many seconds for each target. TARGET=word fuzzes that one alone.
SECONDS_EACH ?= 60
fuzz:
	@scripts/setup.sh test
	@scripts/fuzz.sh $(SECONDS_EACH) "$(TARGET)"

# PHP-FPM, gunicorn, Mono and a till under load, each for SECONDS (60), while the sandbox is restarted, also by SIGKILL, and
# they are reloaded: every call is accounted for. SEED decides the faults that are injected.
hosts:
	@scripts/setup.sh test
	@scripts/hosts.sh --seconds $(or $(SECONDS),60) $(addprefix --seed ,$(SEED))

# All of them together, and a C program of many threads, contexts and forks, for SECONDS (300).
soak:
	@scripts/setup.sh test
	@scripts/hosts.sh soak --seconds $(or $(SECONDS),300) $(addprefix --seed ,$(SEED))

# The x64 DLL, and all programs that use it under Wine.
windows:
	@scripts/setup.sh windows
	@scripts/windows.sh x64

# The same for x86, in a 32-bit Debian of its own; needs root. Its last result stands in docs/windows.md.
windows-x86: windows
	@scripts/setup.sh windows-x86
	@scripts/windows.sh x86

# Copies the generated headers beside their configuration.
header:
	@scripts/header.sh

# Licences, duplicates and sources of all crates, and known vulnerabilities: needs the network.
advisories:
	@scripts/supply-chain.sh advisories

# Size, dependencies, the cost of a second context, and memory over 100,000 calls and 10,000 contexts.
figures:
	@scripts/setup.sh demo
	@scripts/figures.sh

# What a call costs in each language above the same call in C, side by side.
figures-bindings:
	@scripts/setup.sh test
	@scripts/bindings-figures.sh

# Beside its peers: docs/benchmarks.md. ROWS=word measures only the rows whose name has the word.
bench:
	@scripts/setup.sh test
	@scripts/setup.sh bench
	@scripts/bench.sh "$(ROWS)"
