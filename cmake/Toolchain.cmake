# Compiler flags and outside packages, in one place.
add_compile_options(-Wall -Wextra -Wno-missing-field-initializers -fno-omit-frame-pointer
                    -fcolor-diagnostics -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
add_compile_definitions(
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_DATE_TIME BOOST_BEAST_USE_STD_STRING_VIEW
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
add_link_options(-fuse-ld=lld)
if(LIVE_SANITIZE)
  add_compile_options(-fsanitize=${LIVE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LIVE_SANITIZE})
endif()
if(LIVE_COVERAGE)  # of lines, for llvm-cov: scripts/sanitize coverage
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

# The base directory makes a fresh clone hit the cache of another one. A precompiled header names its own clone's
# files, so it is never cached, and stands in the cache's keys as a checksum (cmake/Room.cmake), not as itself.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  # CMake's own value also includes the header's text again by an absolute path, which ccache would hash.
  set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -Xclang -include-pch -Xclang <PCH_FILE>)
endif()

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)
find_package(yaml-cpp REQUIRED)
find_package(pugixml REQUIRED)
if(LIVE_TESTS)
  enable_testing()
  find_package(GTest REQUIRED)
endif()
