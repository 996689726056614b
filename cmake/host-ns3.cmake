# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# Finds the host, an installed ns-3, and mends its imported targets. Included by the standalone
# build and by the installed package, so that both use ns-3 in the same way.
#
# In:  NS3_HOST   wheel (PyPI's ns3, the default where there is one) or system
#      ns3_DIR    any other installed ns-3: the folder of its ns3Config.cmake
# Out: ns3_VERSION, GIPT_NS3_MODULES (core;network;...), lib<module> (the target's name),
#      GIPT_NS3_LIBDIR (where its libraries are)

set(NS3_HOST "" CACHE STRING "ns-3 to build against: wheel (PyPI), system, or empty to choose")
set_property(CACHE NS3_HOST PROPERTY STRINGS "" wheel system)

# The wheel is looked for in the active virtual environment, then in the source tree's .venv.
file(GLOB gipt_wheels
     "$ENV{VIRTUAL_ENV}/lib*/python3.*/site-packages/ns3/lib64/cmake/ns3"
     "${CMAKE_SOURCE_DIR}/.venv/lib*/python3.*/site-packages/ns3/lib64/cmake/ns3"
)

if(NS3_HOST STREQUAL "wheel" OR (NS3_HOST STREQUAL "" AND gipt_wheels))
  find_package(ns3 QUIET CONFIG PATHS ${gipt_wheels} NO_DEFAULT_PATH)
else()
  find_package(ns3 QUIET CONFIG)
endif()
if(NOT ns3_FOUND)
  message(
    FATAL_ERROR
      "No ns-3 found (NS3_HOST='${NS3_HOST}'). Have one by 'pip install ns3==3.44.post0' in a "
      "virtual environment, by 'apt-get install libns3-dev ns3' and -DNS3_HOST=system, or give the "
      "folder of an ns3Config.cmake with -Dns3_DIR=..."
  )
endif()

# A wheel carries headers of Boost 1.66 beside its own. A folder that holds nothing but ns3/ keeps
# them from hiding the system's.
function(gipt_include_folder folder result)
  get_filename_component(folder "${folder}" REALPATH)
  if(EXISTS "${folder}/boost" AND NOT folder IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    string(SHA1 name "${folder}")
    string(SUBSTRING ${name} 0 8 name)
    set(shim "${CMAKE_BINARY_DIR}/host-include-${name}")
    file(MAKE_DIRECTORY "${shim}")
    file(CREATE_LINK "${folder}/ns3" "${shim}/ns3" SYMBOLIC)
    set(folder "${shim}")
  endif()
  set(${result} "${folder}" PARENT_SCOPE)
endfunction()

# The targets name include folders and libraries of the machine that built the package: keep what
# is ns-3's own and what exists here.
get_property(gipt_targets DIRECTORY PROPERTY IMPORTED_TARGETS)
list(FILTER gipt_targets INCLUDE REGEX "^ns3::")
set(GIPT_NS3_MODULES)
foreach(target ${gipt_targets})
  get_target_property(folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
  set(kept)
  foreach(folder ${folders})
    if(EXISTS "${folder}/ns3/core-module.h")
      gipt_include_folder("${folder}" folder)
      list(APPEND kept "${folder}")
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${kept}")

  get_target_property(libraries ${target} INTERFACE_LINK_LIBRARIES)
  set(kept)
  foreach(library ${libraries})
    if(library AND NOT library MATCHES "^-Wl," AND (NOT IS_ABSOLUTE "${library}"
                                                    OR EXISTS "${library}"))
      list(APPEND kept "${library}")
    endif()
  endforeach()
  set_target_properties(${target} PROPERTIES INTERFACE_LINK_LIBRARIES "${kept}")
  set_target_properties(${target} PROPERTIES INTERFACE_COMPILE_DEFINITIONS "")

  # ns3::internet from 3.43 on, ns3::libinternet before; lib<module> names either, as in-tree.
  string(REGEX REPLACE "^ns3::(lib)?" "" module ${target})
  list(APPEND GIPT_NS3_MODULES ${module})
  set(lib${module} ${target})
endforeach()
# Programs use classes by the names of their TypeIds alone, so libraries stay linked in any case;
# and the wheel's bring copies of third libraries under names only they know.
set_target_properties(
  ${libcore} PROPERTIES INTERFACE_LINK_OPTIONS "-Wl,--no-as-needed;-Wl,--allow-shlib-undefined"
)

get_target_property(GIPT_NS3_LIBDIR ${libcore} LOCATION)
get_filename_component(GIPT_NS3_LIBDIR "${GIPT_NS3_LIBDIR}" DIRECTORY)
if(ns3_DIR MATCHES "/site-packages/")
  set(GIPT_NS3_KIND wheel)
else()
  set(GIPT_NS3_KIND system)
endif()
message(STATUS "Using ns-3 ${ns3_VERSION} (${GIPT_NS3_KIND}) at ${GIPT_NS3_LIBDIR}")
