# Amazon's five root certificates as a source of live_net: from Debian's ca-certificates, at build time.
set(AMAZON_ROOTS)
foreach(name Amazon_Root_CA_1 Amazon_Root_CA_2 Amazon_Root_CA_3 Amazon_Root_CA_4
             Starfield_Services_Root_Certificate_Authority_-_G2)
  set(file /usr/share/ca-certificates/mozilla/${name}.crt)
  if(NOT EXISTS ${file})
    message(FATAL_ERROR "${file} is missing: install the package ca-certificates")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} pem)
  string(APPEND AMAZON_ROOTS "${pem}")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/net/amazon_roots.inc
     CONTENT "R\"pem(@AMAZON_ROOTS@)pem\"\n" @ONLY)
include_directories(${CMAKE_BINARY_DIR}/generated)
