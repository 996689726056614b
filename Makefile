# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# HOST=wheel (default) builds against PyPI's ns-3 in .venv into build/,
# HOST=system against the installed ns-3 (libns3-dev) into build-system/.
HOST ?= wheel
BUILD ?= build$(if $(filter-out wheel,$(HOST)),-$(HOST))
JOBS ?= $(shell nproc)
PYTHON := .venv/bin/python
CMAKE_FLAGS ?=
SITE = $(wildcard .venv/lib/python3.*/site-packages/ns3)
export CCACHE_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/global-ip-tunneling/ccache

.DEFAULT_GOAL := help

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:
	@tools/setup.sh $(HOST)

build: setup ## build library and programs (build/bin), and load the library in Python's ns-3
	@cmake -S . -B $(BUILD) -G Ninja -DNS3_HOST=$(HOST) $(CMAKE_FLAGS) --log-level=STATUS
	@cmake --build $(BUILD) -j $(JOBS)
ifeq ($(HOST),wheel)
	@cmake --install $(BUILD) --prefix $(SITE) >$(BUILD)/install.log
endif

clean: ## remove everything built (not .venv, not results/)
	rm -rf build build-*

.PHONY: help setup build clean
