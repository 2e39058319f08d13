# The stub's package: one native program per architecture, build/PRESET/stub/ARCH/bootstrap. The rooms' sources
# are compiled anew, for size; all libraries but glibc are linked statically, and of that nothing above 2.34
# is asked for (Amazon Linux 2023). What a stub does not need of a room (servers, ledger) stays out.
function(live_stub_sources out)
  set(sources)
  foreach(room base net invocation aws stub)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/*.cpp)
    list(APPEND sources ${found})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "/(http_server|ledger|remote_server|stage)\\.cpp$")
  list(APPEND sources ${CMAKE_SOURCE_DIR}/src/runtime/runtime_client.cpp
       ${CMAKE_SOURCE_DIR}/src/stub/glibc_2_34.c ${CMAKE_BINARY_DIR}/stub/boost_json.cpp)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/stub/boost_json.cpp CONTENT "#include <boost/json/src.hpp>\n")
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

function(live_stub arch)
  set(name stub_${arch})
  set(libraries /usr/lib/${arch}-linux-gnu)
  foreach(library ssl crypto zstd)
    if(NOT EXISTS ${libraries}/lib${library}.a)
      message(STATUS "${name} cannot be built: ${libraries}/lib${library}.a is missing")
      return()
    endif()
  endforeach()
  live_stub_sources(sources)
  add_executable(${name} ${sources})
  set_target_properties(${name} PROPERTIES OUTPUT_NAME bootstrap
                        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/stub/${arch})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_precompile_headers(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${CMAKE_SOURCE_DIR}/cmake/precompiled.h>)
  target_compile_definitions(${name} PRIVATE FMT_HEADER_ONLY)
  set(target --target=${arch}-linux-gnu)
  target_compile_options(${name} PRIVATE ${target} -Oz -g0 -fno-sanitize=all -fomit-frame-pointer
    -ffunction-sections -fdata-sections -fvisibility=hidden "SHELL:-Xclang -fno-pch-timestamp")
  target_link_options(${name} PRIVATE ${target} -fno-sanitize=all -static-libstdc++ -static-libgcc
    -Wl,--gc-sections -Wl,--icf=all -Wl,-O2 -Wl,-s -Wl,--as-needed)
  target_link_libraries(${name} PRIVATE ${libraries}/libssl.a ${libraries}/libcrypto.a ${libraries}/libzstd.a)
endfunction()

live_stub(x86_64)
live_stub(aarch64)
if(TARGET stub_aarch64)
  set_target_properties(stub_aarch64 PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
