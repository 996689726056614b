# Copyright (c) 2026 The global-ip-tunneling authors
#
# SPDX-License-Identifier: GPL-2.0-only

# The module built by itself against an installed ns-3: gives the functions that ns-3's own build
# gives to a module in contrib/ (the set of ns-3.36), so that one CMakeLists.txt serves both.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
include(CheckCXXSourceCompiles)
include(${CMAKE_CURRENT_LIST_DIR}/host-ns3.cmake)

option(GIPT_WERROR "Treat warnings as errors" ON)
option(GIPT_SANITIZE "Build with address and undefined-behaviour sanitizers" OFF)
option(GIPT_FUZZ "Build the programs of test/fuzz with clang's libFuzzer, and both sanitizers" OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()
find_program(GIPT_CCACHE ccache)
if(GIPT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${GIPT_CCACHE})
endif()

# The language its headers are written in.
if(ns3_VERSION VERSION_LESS 3.41)
  set(CMAKE_CXX_STANDARD 17)
elseif(ns3_VERSION VERSION_LESS 3.46)
  set(CMAKE_CXX_STANDARD 20)
else()
  set(CMAKE_CXX_STANDARD 23)
endif()
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_NO_SYSTEM_FROM_IMPORTED ON) # or warnings inside ns-3's test macros would stay unseen
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
if(GIPT_NS3_KIND STREQUAL "wheel")
  set(CMAKE_INSTALL_LIBDIR lib64) # where its loader for Python looks
endif()

add_compile_options(-Wall -Wextra -Wno-unused-parameter)
add_compile_definitions(NS3_LOG_ENABLE NS3_ASSERT_ENABLE)
if(GIPT_FUZZ AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "GIPT_FUZZ needs clang: -DCMAKE_CXX_COMPILER=clang++")
endif()
if(GIPT_SANITIZE OR GIPT_FUZZ)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all)
  if(GIPT_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
  add_compile_options(${sanitizers} -fno-omit-frame-pointer -O1 -g1) # -O2 -g takes twice the time
  add_link_options(${sanitizers})
endif()

# Proof that the compiler sees the system's Boost and not one that an ns-3 carries.
get_target_property(include_folders ${libcore} INTERFACE_INCLUDE_DIRECTORIES)
find_package(Boost QUIET)
if(Boost_FOUND)
  list(TRANSFORM include_folders PREPEND "-isystem " OUTPUT_VARIABLE CMAKE_REQUIRED_FLAGS)
  list(JOIN CMAKE_REQUIRED_FLAGS " " CMAKE_REQUIRED_FLAGS)
  if(include_folders STREQUAL "/usr/include")
    set(CMAKE_REQUIRED_FLAGS) # searched anyway, and in its proper place
  endif()
  check_cxx_source_compiles(
    "#include <boost/version.hpp>
     #if BOOST_VERSION != ${Boost_VERSION_MACRO}
     #error not the Boost that CMake has found
     #endif
     int main() { return 0; }"
    GIPT_BOOST_IS_THE_SYSTEMS
  )
  unset(CMAKE_REQUIRED_FLAGS)
  if(NOT GIPT_BOOST_IS_THE_SYSTEMS)
    message(FATAL_ERROR "The headers of Boost ${Boost_VERSION_STRING} are hidden by another Boost")
  endif()
endif()

# All headers of an ns-3 lie in one folder: one of ours must not take the place of one of its own.
function(gipt_refuse_name_of_ns3 name)
  foreach(folder ${include_folders})
    if(EXISTS ${folder}/ns3/${name})
      file(STRINGS ${folder}/ns3/${name} ours REGEX "The ${PROJECT_NAME} authors" LIMIT_COUNT 1)
      if(NOT ours)
        message(FATAL_ERROR "${name}: ns-3 ${ns3_VERSION} has a header of this name")
      endif()
    endif()
  endforeach()
endfunction()

# Makes the library, the test runner, the programs of examples/ and the rules to install.
function(build_lib)
  cmake_parse_arguments(
    LIB "" "LIBNAME" "SOURCE_FILES;HEADER_FILES;LIBRARIES_TO_LINK;TEST_SOURCES" ${ARGN}
  )
  set(include ${PROJECT_BINARY_DIR}/include)

  # As in an ns-3 build, headers are used as ns3/name.h, and one header includes all.
  set(aggregate "#ifdef NS3_MODULE_COMPILATION\n")
  string(APPEND aggregate "#error \"Do not include ns3 module aggregator headers from modules\"\n")
  string(APPEND aggregate "#endif\n\n")
  file(REMOVE_RECURSE ${include}/ns3)
  file(MAKE_DIRECTORY ${include}/ns3)
  foreach(header ${LIB_HEADER_FILES})
    get_filename_component(name ${header} NAME)
    gipt_refuse_name_of_ns3(${name})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${include}/ns3/${name} SYMBOLIC)
    string(APPEND aggregate "#include \"ns3/${name}\"\n")
  endforeach()
  set(aggregate_header ${PROJECT_BINARY_DIR}/${LIB_LIBNAME}-module.h)
  file(CONFIGURE OUTPUT ${aggregate_header} CONTENT "${aggregate}" @ONLY)
  file(CREATE_LINK ${aggregate_header} ${include}/ns3/${LIB_LIBNAME}-module.h SYMBOLIC)

  add_library(${LIB_LIBNAME} SHARED ${LIB_SOURCE_FILES} ${aggregate_header})
  add_library(gipt::${LIB_LIBNAME} ALIAS ${LIB_LIBNAME})
  set_target_properties(
    ${LIB_LIBNAME} PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME ns${ns3_VERSION}-${LIB_LIBNAME}
                              INSTALL_RPATH "$ORIGIN;${GIPT_NS3_LIBDIR}"
  )
  target_compile_definitions(${LIB_LIBNAME} PRIVATE NS3_MODULE_COMPILATION)
  target_include_directories(${LIB_LIBNAME} PUBLIC $<BUILD_INTERFACE:${include}>)
  target_link_libraries(${LIB_LIBNAME} PUBLIC ${LIB_LIBRARIES_TO_LINK})
  set(lib${LIB_LIBNAME} ${LIB_LIBNAME})

  add_executable(test-runner test/test-runner.cc ${LIB_TEST_SOURCES})
  target_link_libraries(test-runner ${LIB_LIBNAME})

  add_subdirectory(examples)

  install(TARGETS ${LIB_LIBNAME} EXPORT ${LIB_LIBNAME}-targets DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(FILES ${LIB_HEADER_FILES} ${aggregate_header} DESTINATION include/ns3)
  set(package lib/cmake/${LIB_LIBNAME}) # searched on every system, unlike lib64
  install(EXPORT ${LIB_LIBNAME}-targets NAMESPACE gipt:: DESTINATION ${package})
  configure_package_config_file(
    cmake/config.cmake.in ${LIB_LIBNAME}-config.cmake INSTALL_DESTINATION ${package}
    NO_CHECK_REQUIRED_COMPONENTS_MACRO
  )
  write_basic_package_version_file(
    ${LIB_LIBNAME}-config-version.cmake VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion
  )
  install(
    FILES ${CMAKE_CURRENT_BINARY_DIR}/${LIB_LIBNAME}-config.cmake
          ${CMAKE_CURRENT_BINARY_DIR}/${LIB_LIBNAME}-config-version.cmake cmake/host-ns3.cmake
    DESTINATION ${package}
  )
endfunction()

# Makes one program in build/bin.
function(build_lib_example)
  cmake_parse_arguments(EXAMPLE "" "NAME" "SOURCE_FILES;LIBRARIES_TO_LINK" ${ARGN})
  add_executable(${EXAMPLE_NAME} ${EXAMPLE_SOURCE_FILES})
  target_link_libraries(${EXAMPLE_NAME} ${PROJECT_NAME} ${EXAMPLE_LIBRARIES_TO_LINK})
endfunction()
