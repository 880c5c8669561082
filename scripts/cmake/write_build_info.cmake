# Writes build_info.cpp for every build: the commit may change without a new configuration.
#   cmake -DSOURCE=... -DOUTPUT=... -DVERSION=... -DCOMPILER=... -P write_build_info.cmake
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=40 --exclude=*
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  set(commit unknown)
endif()
configure_file(${SOURCE}/host/base/build_info.cpp.in ${OUTPUT} @ONLY)
