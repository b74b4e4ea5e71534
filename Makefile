# article-filter: the core library, the CLI and the nginx module.
#
#   make            CLI, library and (where nginx's headers are) the module, in build/
#   make test       everything that can be tested here; ends with "N passed, N failed, N skipped"
#   make run        a demo server; make stop ends it
#   make install    to PREFIX, below DESTDIR; make deb: Debian packages, in build/deb
# Variables: CC, CFLAGS, LDFLAGS, SANITIZE=1 (build/asan), CHECK=1 (build/check: a second parser reads the output, and
#   nodes are swept at every turn),
#   NGX_SRC=dir (nginx's source tree), PREFIX, DESTDIR.

ifeq ($(origin CC),default)
CC := gcc
endif
SANITIZE ?=
COVERAGE ?=
# make test FUZZ_SECONDS=5 runs each fuzz target for so long, where clang is.
FUZZ_TEST := $(if $(FUZZ_SECONDS),$(shell command -v clang))
SEED ?= 7
comma := ,
CHECK ?=
PREFIX ?= /usr/local
NGX_SRC ?=
NGX_MODULES_DIR ?= /usr/lib/nginx/modules
export FUZZ_SECONDS
JOBS ?= $(shell nproc 2>/dev/null || echo 1)
MAKEFLAGS += --no-builtin-rules

ifeq ($(SANITIZE),1)
BUILD := build/asan
CFLAGS ?= -O1 -g
AF_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
else ifeq ($(COVERAGE),1)
BUILD := build/coverage
CFLAGS ?= -O0 -g
AF_SANITIZE := --coverage -DAF_COVERAGE
else ifeq ($(CHECK),1)
BUILD := build/check
CFLAGS ?= -O1 -g -DAF_CHECK_OUTPUT -DAF_CHECK_SWEEP
AF_SANITIZE :=
else
BUILD := build
CFLAGS ?= -O2 -g
AF_SANITIZE :=
# HARDEN= turns it off. Fortified functions need an optimising compiler.
FORTIFY := $(if $(findstring FORTIFY,$(CFLAGS)),,$(if $(filter -O1 -O2 -O3 -Os,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2))
HARDEN ?= -fstack-protector-strong -Wformat-security $(FORTIFY)
HARDEN_LINK ?= $(if $(HARDEN),-Wl$(comma)-z$(comma)relro -Wl$(comma)-z$(comma)now)
endif

AF_CFLAGS := -std=c11 -Wall -Wextra -Werror -Wshadow -Wconversion -Wstrict-prototypes -D_GNU_SOURCE -Isrc -fPIC \
	-fvisibility=hidden $(AF_SANITIZE) $(HARDEN)
ifneq ($(wildcard src/feed/*.c),)
AF_CFLAGS += $(shell xml2-config --cflags 2>/dev/null)
endif
COMPILE = $(CC) $(AF_CFLAGS) $(CFLAGS) -MMD -MP

# The tables that tools/gen-* make; they are in the tree, so that a build needs python3 only where their sources changed.
GENERATED := $(if $(wildcard tools/gen-names),src/html/names_table.c) \
	$(if $(wildcard tools/gen-charref),src/html/charref_table.c) \
	$(if $(wildcard tools/gen-presets),src/rules/preset_table.c)

ROOM_SOURCES := $(filter-out src/cli/%,$(sort $(wildcard src/*.c src/*/*.c)))
LIB_SOURCES := $(sort $(ROOM_SOURCES) $(filter %.c,$(GENERATED)))
CLI_SOURCES := $(sort $(wildcard src/cli/*.c))
LIB_OBJECTS := $(LIB_SOURCES:src/%.c=$(BUILD)/obj/%.o)
CLI_OBJECTS := $(CLI_SOURCES:src/%.c=$(BUILD)/obj/%.o)
LIB := $(BUILD)/libarticle_filter.a
CLI := $(BUILD)/article-filter
MODULE := build/ngx_http_article_filter_module.so

LIBS := -lpcre2-8 $(if $(wildcard src/feed/*.c),-lxml2) $(if $(wildcard src/codec/gzip.c),-lz) \
	$(if $(wildcard src/codec/brotli.c),-lbrotlidec) $(if $(wildcard src/codec/zstd.c),-lzstd)

UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
SPEC := $(patsubst tests/spec/%.c,$(BUILD)/tests/spec/%,$(wildcard tests/spec/*.c))
CASES := $(BUILD)/tests/cases_runner
# The files that have a fast path, built without it: they take the place of the library's.
PLAIN := $(patsubst src/%.c,$(BUILD)/plain/%.o,src/base/scan.c src/html/tokenizer.c src/html/tree.c src/rewrite/rewriter.c)
BENCH := $(BUILD)/bench/core
BENCH_FEED := $(BUILD)/bench/feed
# FAST=1: the fuzz targets without sanitizers, in a folder of their own, for numbers.
FUZZ_DIR := $(BUILD)/fuzz$(if $(filter 1,$(FAST)),-fast)
FUZZ := $(patsubst tests/fuzz/%.c,$(FUZZ_DIR)/%,$(wildcard tests/fuzz/fuzz_*.c))
# Where the module's headers are: a tree of its own, or Debian's nginx-dev.
NGX_TREE := $(if $(NGX_SRC),$(NGX_SRC),$(wildcard /usr/share/nginx/src))

.DELETE_ON_ERROR:
.PHONY: all deps core module tests-build run stop test unit spec cases cli-test nginx-test nginx-corpus nginx-valgrind versions soak check-abi \
	oracle mutations millions check-test quality bench asan-test \
	coverage linear hangs differential compilers lint fuzz fuzz-build mutated check install install-cli \
	install-module deb clean

all: core module

core: $(CLI) $(LIB)

deps:
	@tools/deps

$(LIB): $(LIB_OBJECTS)
	@rm -f $@
	ar rcs $@ $^

$(CLI): $(CLI_OBJECTS) $(LIB)
	$(CC) $(AF_SANITIZE) $(HARDEN_LINK) $(LDFLAGS) -o $@ $(CLI_OBJECTS) $(LIB) $(LIBS)

$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

# Objects may include a generated header, so tables come first.
$(LIB_OBJECTS): | $(GENERATED)

src/html/names_table.c: tools/gen-names $(wildcard tools/names.txt)
	tools/gen-names
	@touch $@

src/html/charref_table.c: tools/gen-charref $(wildcard tools/entities.*)
	tools/gen-charref
	@touch $@

src/rules/preset_table.c: tools/gen-presets $(wildcard rules/*.rules rules/*/*.rules)
	tools/gen-presets
	@touch $@

ifeq ($(SANITIZE)$(CHECK)$(if $(NGX_TREE),,none),)
ifneq ($(wildcard ngx_module/*.c),)
module: $(MODULE)
$(MODULE): $(wildcard ngx_module/*) tools/build-module $(LIB)
	NGX_SRC='$(NGX_SRC)' tools/build-module
else
module:
	@echo "module: ngx_module/ has no source here"
endif
else
module:
	@echo "module: not built: no nginx headers here (apt-get install nginx-dev, or NGX_SRC=dir)"
endif

# --- tests -----------------------------------------------------------------------------------------------------------

SERVE := $(BUILD)/tests/serve
tests-build: $(CLI) $(CASES) $(CASES)_plain $(SERVE) $(UNIT) $(SPEC)

$(BUILD)/tests/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LIB) $(LIBS) -lcmocka

$(BUILD)/tests/spec/%: tests/spec/%.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LIB) $(LIBS)

$(CASES): tests/cases_runner.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LIB) $(LIBS)

$(BUILD)/plain/%.o: src/%.c
	@mkdir -p $(@D)
	$(COMPILE) -DAF_NO_FAST_PATH -DAF_SCAN_PORTABLE -c -o $@ $<

$(CASES)_plain: tests/cases_runner.c $(PLAIN) $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(PLAIN) $(LIB) $(LIBS)

test:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory -k -j$(JOBS) all tests-build $(if $(FUZZ_TEST),fuzz-build) || \
		echo "make test: something does not build (see above)"
	@tools/run-tests --build $(BUILD) unit spec cases cli oracle check docs browser nginx $(if $(FUZZ_TEST),fuzz)

unit: tests-build
	@tools/run-tests --build $(BUILD) unit

spec: tests-build
	@tools/run-tests --build $(BUILD) spec

cases: tests-build
	@tools/run-tests --build $(BUILD) cases

cli-test: $(CLI)
	@tools/run-tests --build $(BUILD) cli

nginx-test: all
	@tools/run-tests --build $(BUILD) nginx

# All real pages of ../shared through nginx; make test takes a slice of them.
nginx-corpus: all
	@tests/nginx-corpus

# Whether the module loads into NGX (the installed nginx), and which fields of the signature differ if not.
check-abi: module
	@tools/check-abi $(if $(NGX),--nginx $(NGX)) $(MODULE)

# t/ and tests/nginx under valgrind; each finding is a failure. It takes long.
nginx-valgrind: all
	@tests/nginx-valgrind

# nginx of Debian's suites from source, the module dynamic and built in, t/ and tests/nginx with each; prints a table.
SUITES ?= bookworm trixie sid
versions: core
	@tests/nginx-versions $(SUITES)

# Requests with aborts, slow readers and reloads for MINUTES; every completed response is compared with the CLI's output.
MINUTES ?= 5
soak: all
	@tests/nginx-soak --minutes $(MINUTES)

check: $(CLI)
	@tools/run-tests --build $(BUILD) check docs

asan-test:
	@$(MAKE) --no-print-directory -j$(JOBS) SANITIZE=1 core tests-build
	@tools/run-tests --build build/asan unit spec cases cli

# Lines of src/ that the tests reach.
coverage:
	@$(MAKE) --no-print-directory -j$(JOBS) COVERAGE=1 core tests-build
	@find build/coverage -name '*.gcda' -delete
	@tools/run-tests --build build/coverage unit spec cases cli
	@tools/coverage build/coverage

# Time of twice the input, for each kind of input.
linear: $(CLI)
	@tests/linear $(CLI)

# Each selector on each repetition: what takes longer than a hang, or is not linear. DEPTH is the limit of open elements.
DEPTH ?= 512
$(BUILD)/tests/hangs: tests/hangs.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LIB) $(LIBS)

hangs: $(BUILD)/tests/hangs
	@$(BUILD)/tests/hangs --depth $(DEPTH)

# Random rules over all pages and documents at hand, judged by another parser; SEED changes the rules.
differential: $(CLI)
	@ORACLE_SEED=$(SEED) ORACLE_RULES=8 ORACLE_PAGES=1000 ORACLE_SECONDS=36000 tests/oracle/run $(CLI)

# The cases by clang and by gcc: the same bytes.
compilers:
	@for cc in gcc clang; do $(MAKE) --no-print-directory -s -j$(JOBS) CC=$$cc BUILD=build/$$cc build/$$cc/tests/cases_runner \
		build/$$cc/tests/cases_runner_plain && for runner in cases_runner cases_runner_plain; do echo "$$cc $$runner"; \
		build/$$cc/tests/$$runner --no-failures tests/cases/*/*.case || exit 1; done || exit 1; done

lint:
	@tools/lint

quality: $(CLI)
	@tests/quality/run $(CLI)

oracle: $(CLI) $(SERVE)
	@tests/oracle/run $(CLI)
	@tests/oracle/judge-feeds $(CLI) --real all

# Mutated pages, hard cases and html5lib's inputs, each judged; with CHECK=1 the second parser reads along.
$(SERVE): tests/oracle/serve.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LIB) $(LIBS)

# Many more, of html5lib's inputs alone, judged in C; COUNT documents by ORACLE_SEED.
MILLIONS := $(BUILD)/tests/millions
$(MILLIONS): tests/oracle/millions.c tests/oracle/judge_dom.h $(wildcard tests/spec/*.h) $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LIB) $(LIBS)

COUNT ?= 1000000
ORACLE_SHARED ?= ../shared
millions: $(MILLIONS)
	@$(MILLIONS) --seed $(or $(ORACLE_SEED),1) --count $(COUNT) $(ORACLE_SHARED)/testdata/html5lib/tree-construction/*.dat

mutations: $(SERVE)
	@tests/oracle/run mutations $(SERVE)

check-test:
	@$(MAKE) --no-print-directory -j$(JOBS) CHECK=1 core tests-build
	@tools/run-tests --build build/check unit cases

# --- bench, fuzz, demo -----------------------------------------------------------------------------------------------

$(BENCH): bench/core.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LIB) $(LIBS)

$(BENCH_FEED): bench/feed.c $(LIB)
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(LIB) $(LIBS)

bench: bench-core bench-nginx

bench-core: $(BENCH) $(BENCH_FEED)
	@tools/run-bench $(BENCH)

bench-nginx: module
	@tools/run-bench-nginx $(MODULE)

# Targets of libFuzzer with sanitizers, by clang; FUZZ_ONLY=name takes one, TIME is each target's seconds.
TIME ?= 60
FUZZ_CHECKS := -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZ_FLAGS := $(if $(filter 1,$(FAST)),-O2 -fno-sanitize-coverage=trace-cmp,$(FUZZ_CHECKS)) -g -DAF_CHECK_OUTPUT -DAF_CHECK_SWEEP -fno-omit-frame-pointer
FUZZ_OBJECTS := $(LIB_SOURCES:src/%.c=$(FUZZ_DIR)/obj/%.o)

fuzz: fuzz-build
	@tools/run-fuzz --folder $(FUZZ_DIR) --time $(TIME) $(FUZZ_ONLY)

fuzz-build: $(FUZZ)

# The targets without libFuzzer, for numbers: build/check/tests/mutated_rewrite RUNS SEED MAX_LEN CORPUS FAILED [DICTIONARY]; CHECK=1.
mutated: $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/tests/mutated_%,$(wildcard tests/fuzz/fuzz_*.c))

$(BUILD)/tests/mutated_%: tests/fuzz/fuzz_%.c tests/fuzz/run_mutated.c tests/fuzz/fuzz.h $(LIB)
	@mkdir -p $(@D)
	$(filter-out -MMD -MP,$(COMPILE)) -o $@ $< tests/fuzz/run_mutated.c $(LIB) $(LIBS)

$(FUZZ_DIR)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	clang $(filter-out $(HARDEN),$(AF_CFLAGS)) -MMD -MP $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

$(FUZZ_OBJECTS): | $(GENERATED)

$(FUZZ_DIR)/libarticle_filter.a: $(FUZZ_OBJECTS)
	@rm -f $@
	ar rcs $@ $^

$(FUZZ_DIR)/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_DIR)/libarticle_filter.a
	@mkdir -p $(@D)
	clang $(filter-out $(HARDEN),$(AF_CFLAGS)) -MMD -MP $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $< $(FUZZ_DIR)/libarticle_filter.a $(LIBS)

run:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@tools/run-demo

stop:
	@tools/stop-demo

# --- install, clean --------------------------------------------------------------------------------------------------

install: all install-cli install-module
	install -D -m 644 $(LIB) $(DESTDIR)$(PREFIX)/lib/libarticle_filter.a
	install -D -m 644 src/article_filter.h $(DESTDIR)$(PREFIX)/include/article_filter.h

install-cli: $(CLI)
	install -D -m 755 $(CLI) $(DESTDIR)$(PREFIX)/bin/article-filter
	install -D -m 644 packaging/article-filter.1 $(DESTDIR)$(PREFIX)/share/man/man1/article-filter.1
	install -D -m 644 packaging/completion/article-filter.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/article-filter
	install -D -m 644 packaging/completion/_article-filter $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_article-filter
	@for f in rules/*.rules rules/*/*.rules; do \
		install -D -m 644 "$$f" "$(DESTDIR)$(PREFIX)/share/article-filter/$$f"; done

install-module:
	@[ ! -f $(MODULE) ] || install -D -m 644 $(MODULE) $(DESTDIR)$(NGX_MODULES_DIR)/ngx_http_article_filter_module.so

deb:
	@tools/build-deb

clean:
	rm -rf build

-include $(LIB_OBJECTS:.o=.d) $(CLI_OBJECTS:.o=.d) $(UNIT:=.d) $(SPEC:=.d) $(CASES).d $(CASES)_plain.d $(PLAIN:.o=.d) $(BENCH).d \
	$(FUZZ:=.d) $(FUZZ_OBJECTS:.o=.d)
