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

    # Real interfaces, where ns-3 has what they need.
    optional = {'fd-net-device': 'model/emulated-net-device.cc',
                'tap-bridge': 'model/tap-port-net-device.cc'}
    optional = {name: source for name, source in optional.items()
                if 'ns3-' + name in bld.env['NS3_ENABLED_MODULES']}

    needed = re.findall(r'\$\{lib([^}]*)\}', text)
    module = bld.create_ns3_module('global-ip-tunneling', needed + list(optional))
    module.source = lists['source_files'] + list(optional.values())
    module.use.append('BOOST')
    for name in optional:
        module.env.append_value('DEFINES', 'GIPT_HAS_' + name.upper().replace('-', '_'))

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
