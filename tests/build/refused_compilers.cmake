# The configuration stops, and says why, where the compiler is one whose contraction cannot be switched off.
#   cmake -DSOURCE=... -DWORK=... -P refused_compilers.cmake
foreach(compiler PGI IntelLLVM)
  file(REMOVE_RECURSE ${WORK})
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}
            -DCMAKE_CXX_COMPILER_ID=${compiler} -DCMAKE_CXX_COMPILER_ID_RUN=ON -DCMAKE_CXX_COMPILER_FORCED=ON
    OUTPUT_QUIET ERROR_VARIABLE error RESULT_VARIABLE status)
  string(REGEX REPLACE "[ \n]+" " " error "${error}")
  if(status EQUAL 0 OR NOT error MATCHES "deadcone needs GCC or Clang, not ${compiler}: .*contraction")
    message(FATAL_ERROR "${compiler} is not refused as it should be, status ${status}: ${error}")
  endif()
endforeach()
