# Builds and installs the library without files and command line, and the examples that need no files. Neither may look for
# HDF5, CLI11 or toml++.
#   cmake -DSOURCE=... -DWORK=... -DPROGRAM=... -DOPTIONS=... -P core_only.cmake
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
endfunction()
function(check_cache folder)
  file(STRINGS ${folder}/CMakeCache.txt found REGEX "^(HDF5|CLI11|tomlplusplus|ZLIB|ISAL)_")
  if(found)
    message(FATAL_ERROR "${folder} looks for a library that it does not need: ${found}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK}/prefix ${WORK}/program)
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/core ${OPTIONS} -DDEADCONE_ENABLE_CUDA=OFF -DDEADCONE_ENABLE_HDF5=OFF
    -DDEADCONE_BUILD_CLI=OFF -DDEADCONE_BUILD_TESTS=OFF -DDEADCONE_BUILD_BENCH=OFF)
check_cache(${WORK}/core)
run(${CMAKE_COMMAND} --build ${WORK}/core --parallel 2)
run(${CMAKE_COMMAND} --install ${WORK}/core --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${PROGRAM} -B ${WORK}/program ${OPTIONS} -DCMAKE_PREFIX_PATH=${WORK}/prefix)
check_cache(${WORK}/program)
run(${CMAKE_COMMAND} --build ${WORK}/program)
run(${WORK}/program/dead_fraction)
run(${WORK}/program/one_trajectory)
