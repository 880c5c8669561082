# A build for 64-bit ARM on another machine, with Debian's cross compiler. DEADCONE_SYSROOT is a folder with the libraries for
# ARM; scripts/test_arm.sh makes one. Programs run under qemu where the build needs them to.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DEADCONE_SYSROOT)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_SYSROOT ${DEADCONE_SYSROOT})
set(CMAKE_LIBRARY_PATH ${DEADCONE_SYSROOT}/usr/lib/aarch64-linux-gnu/hdf5/serial)  # h5cc, which knows it, is the host's
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static -cpu max -L ${DEADCONE_SYSROOT})
