# schema/live.schema.json as a source of live_live: what live.json may say is decided by what editors read.
set(file ${CMAKE_SOURCE_DIR}/schema/live.schema.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
file(READ ${file} LIVE_SCHEMA)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/live/schema.inc
     CONTENT "R\"schema(@LIVE_SCHEMA@)schema\"\n" @ONLY)
