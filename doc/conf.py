# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

"""How Sphinx builds this folder by itself (make docs)."""

from pathlib import Path

project = "global-ip-tunneling"
author = "The global-ip-tunneling authors"
copyright = f"2026, {author}"
version = release = (Path(__file__).parent.parent / "VERSION").read_text().strip()

root_doc = "index"
exclude_patterns = ["replace.txt"]
html_theme = "alabaster"
html_theme_options = {"description": "The Linux IPVS tunnelling director in ns-3"}
nitpicky = True
