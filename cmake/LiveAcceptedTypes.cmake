# What resource types the embedded AWS accepts without running their service, as a source of live_cloud.
set(file ${CMAKE_SOURCE_DIR}/src/cloud/cloudformation/resources/accepted_types.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
file(READ ${file} LIVE_ACCEPTED_TYPES)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/cloud/accepted_types.inc
     CONTENT "R\"types(@LIVE_ACCEPTED_TYPES@)types\"\n" @ONLY)
