# relay_simulation runs any number of schedules. For each plan in planted/ there is one more program, with that bug in
# it, which simulation_test expects the schedules to find.
set(simulation_dir ${CMAKE_CURRENT_LIST_DIR})
add_library(live_simulation_main OBJECT ${simulation_dir}/relay_simulation_main.cpp)
target_link_libraries(live_simulation_main PUBLIC live_simulation)
set_target_properties(live_simulation_main PROPERTIES LIVE_BUSY TRUE)
live_precompiled(live_simulation_main)
add_executable(relay_simulation EXCLUDE_FROM_ALL)
target_link_libraries(relay_simulation PRIVATE live_simulation_main)

function(live_planted_bug plan)
  get_filename_component(name ${plan} NAME_WE)
  set(source ${CMAKE_BINARY_DIR}/planted/${name}.cpp)
  file(STRINGS ${plan} original LIMIT_COUNT 1)
  add_custom_command(
    OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DPLAN=${plan} -DSOURCES=${CMAKE_SOURCE_DIR}/src -DTO=${source} -P ${simulation_dir}/plant.cmake
    DEPENDS ${plan} ${CMAKE_SOURCE_DIR}/src/${original} ${simulation_dir}/plant.cmake)
  # Its symbols come first: the linker takes the same source's from the library no more.
  add_executable(planted_${name} EXCLUDE_FROM_ALL ${source})
  target_link_libraries(planted_${name} PRIVATE live_simulation_main)
  set_target_properties(planted_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/planted LIVE_BUSY TRUE)
  live_precompiled(planted_${name})
  if(TARGET simulation_test)
    add_dependencies(simulation_test planted_${name})
  endif()
endfunction()

file(GLOB plans CONFIGURE_DEPENDS ${simulation_dir}/planted/*.txt)
foreach(plan ${plans})
  live_planted_bug(${plan})
endforeach()
