# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# HOST=wheel (the default) builds against PyPI's ns-3 in .venv, into build/;
# HOST=system against an installed one (libns3-dev), into build-system/.
HOST ?= wheel
BUILD ?= build$(addprefix -,$(filter-out wheel,$(HOST)))
JOBS ?= $(shell nproc)
CMAKE_FLAGS ?=
RESULTS ?= results

PYTHON := .venv/bin/python
SITE = $(wildcard .venv/lib/python3.*/site-packages/ns3)
SOURCES = $(wildcard $(foreach folder,model helper examples test test/fuzz test/system/* benchmark,$(folder)/*.h $(folder)/*.cc))
export CCACHE_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/global-ip-tunneling/ccache
# what one clone has compiled serves another
export CCACHE_BASEDIR ?= $(CURDIR)
export CCACHE_NOHASHDIR ?= yes

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## a server site fails and comes back: table, CSV and picture in results/
	@$(BUILD)/bin/global-failover --results=$(RESULTS)
	@$(PYTHON) analysis/plot_failover.py $(RESULTS)
	@echo "The results are in $(RESULTS)/: $(RESULTS)/global-failover.png is the picture."

emulation-demo: setup-emulation build ## the same in real time, while a real curl downloads (as root)
	@$(PYTHON) examples/emulation/emulation failover --build=$(BUILD) --results=$(RESULTS)

test: build ## build and run all tests
	@tools/test.sh $(BUILD) $(PYTHON)

build: setup-build ## only build: programs in build/bin, the module in Python's ns-3
	@cmake -S . -B $(BUILD) -G Ninja -DNS3_HOST=$(HOST) $(CMAKE_FLAGS) --log-level=STATUS
	@cmake --build $(BUILD) --parallel $(JOBS)
ifeq ($(HOST),wheel)
	@cmake --install $(BUILD) --prefix $(SITE) >$(BUILD)/install.log
endif

figures: build ## run the experiments of analysis/matrices/, draw the manual's figures
	@$(PYTHON) analysis/run_matrix.py analysis/matrices/*.toml --program=$(BUILD)/bin/global-failover --results=$(RESULTS)
	@$(PYTHON) analysis/plot_matrix.py analysis/matrices/*.toml --results=$(RESULTS) --output=doc/figures

bench: setup-bench build ## measure against the baselines: table, build/bench.json
	@$(PYTHON) benchmark/bench.py --build=$(BUILD) --output=$(BUILD)/bench.json

docs: setup-build ## the manual, as HTML in build/docs/
	@$(PYTHON) -m sphinx -W --keep-going -q -b html doc build/docs
	@echo "The manual is build/docs/index.html"

lint: setup-build ## check format and spelling
	@.venv/bin/clang-format --dry-run -Werror $(SOURCES)
	@.venv/bin/codespell
	@echo "Format and spelling are fine."

clean: ## remove what was built; .venv and results stay
	rm -rf build build-*

setup-build:
	@tools/setup.sh wheel $(filter-out wheel,$(HOST))

setup-bench:
	@tools/setup.sh bench

setup-emulation:
	@tools/setup.sh emulation

.NOTPARALLEL:
.PHONY: help demo emulation-demo test build figures bench docs lint clean setup-build setup-bench setup-emulation
