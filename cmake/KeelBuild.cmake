# How every target of the project is built: flags on one interface target, one function a room, one a test.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(KEEL_WERROR "Treat warnings as errors (CI does)" OFF)
set(KEEL_SANITIZE "" CACHE STRING "Sanitizers to build with: 'address,undefined' or 'thread'")
option(KEEL_COVERAGE "Instrument for gcov" OFF)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(keel_flags INTERFACE)
target_include_directories(keel_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(keel_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(KEEL_WERROR)
  target_compile_options(keel_flags INTERFACE -Werror)
endif()

if(KEEL_SANITIZE)
  add_compile_options(-fsanitize=${KEEL_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${KEEL_SANITIZE})
endif()
if(KEEL_SANITIZE STREQUAL "thread")
  add_library(keel_tsan_threads OBJECT cmake/tsan_threads.c)
  add_link_options(-rdynamic)
  # Where this is defined, protobuf's maps are larger than those in Debian's library.
  add_compile_options(-U__SANITIZE_THREAD__)
endif()
if(KEEL_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

# keel_library(room SOURCES a.cpp … DEPENDS keel_core … [PRIVATE lib …])
# A room of src/: a static library `keel_<room>`. DEPENDS are the rooms and libraries that its headers show.
function(keel_library room)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_library(keel_${room} STATIC ${ARG_SOURCES})
  target_link_libraries(keel_${room} PUBLIC keel_flags ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE})
endfunction()

# keel_program(name SOURCES main.cpp … DEPENDS lib …)
# An executable.
function(keel_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE keel_flags ${ARG_DEPENDS})
  if(TARGET keel_tsan_threads)
    target_link_libraries(${name} PRIVATE keel_tsan_threads)
  endif()
endfunction()

# keel_test(name SOURCES a_test.cpp … DEPENDS keel_journal … LABELS unit)
# A GoogleTest program, run as one CTest test. LABELS: unit property contract integration e2e; a label `pg`, `kafka`
# says which server the test starts. The target `<label>_tests` builds all of one label.
function(keel_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  keel_program(${name} SOURCES ${ARG_SOURCES} DEPENDS ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  foreach(label ${ARG_LABELS})
    if(NOT TARGET ${label}_tests)
      add_custom_target(${label}_tests)
    endif()
    add_dependencies(${label}_tests ${name})
  endforeach()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "KEEL_BINARY=${PROJECT_BINARY_DIR}/keel;KEEL_SOURCE_DIR=${PROJECT_SOURCE_DIR};UBSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/ubsan.supp:halt_on_error=1:print_stacktrace=1;TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp:halt_on_error=1")
endfunction()
