# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# The module for ns-3.35, the last release built with waf. What belongs to the module is read from
# CMakeLists.txt, so that it is written down once.

import os
import re


def configure(conf):
    conf.require_boost_incs('global-ip-tunneling', 'global-ip-tunneling', required=True)


def build(bld):
    with open(os.path.join(bld.path.abspath(), 'CMakeLists.txt')) as file:
        text = file.read()
    lists = {name: files.split() for name, files in re.findall(r'set\((\w+)\s([^)]*)\)', text)}

    module = bld.create_ns3_module('global-ip-tunneling', re.findall(r'\$\{lib([^}]*)\}', text))
    module.source = lists['source_files']
    module.use.append('BOOST')

    test = bld.create_ns3_module_test_library('global-ip-tunneling')
    test.source = lists['test_sources']
    for task in (module, test):
        task.env.append_value('CXXFLAGS', ['-include', bld.path.abspath() + '/model/ns3-35-events.h'])
    test.env.append_value('DEFINES', 'GIPT_SOURCE_DIR="%s"' % bld.path.abspath())

    headers = bld(features='ns3header')
    headers.module = 'global-ip-tunneling'
    headers.source = lists['header_files']

    if bld.env['ENABLE_EXAMPLES']:
        bld.recurse('examples')
