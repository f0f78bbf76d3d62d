# nt_link_llvm(PLUGIN): links LLVM 19 into the plugin, as NTRACE_LLVM says.

find_program(NTRACE_LLVM_CONFIG NAMES llvm-config-19 REQUIRED)
set(NTRACE_LLVM_PARTS core passes bpf bitreader linker target analysis)

# LLVM's many relative relocations as a bitmap: the child that loads the plugin touches fewer pages.
include(CheckLinkerFlag)
check_linker_flag(C -Wl,-z,pack-relative-relocs NTRACE_HAS_RELR)

function(llvm_config ret)
  execute_process(COMMAND ${NTRACE_LLVM_CONFIG} ${ARGN} OUTPUT_VARIABLE text
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(text)
  set(${ret} ${text} PARENT_SCOPE)
endfunction()

function(nt_link_llvm plugin)
  llvm_config(include --includedir)
  llvm_config(libdir --libdir)
  llvm_config(libs --link-${NTRACE_LLVM} --libs ${NTRACE_LLVM_PARTS})
  set(exports ${CMAKE_SOURCE_DIR}/cmake/codegen.exports)
  target_include_directories(${plugin} SYSTEM PRIVATE ${include})
  target_link_directories(${plugin} PRIVATE ${libdir})
  target_link_libraries(${plugin} PRIVATE ${libs})
  if(NTRACE_LLVM STREQUAL static)
    # Nothing of LLVM or of the C++ library may meet another copy in the process.
    llvm_config(system_libs --link-static --system-libs)
    target_link_libraries(${plugin} PRIVATE -Wl,--as-needed ${system_libs} -l:libstdc++.a)
    target_link_options(${plugin} PRIVATE -Wl,--exclude-libs,ALL -static-libgcc)
  else()
    target_link_options(${plugin} PRIVATE -Wl,-rpath,${libdir})
    # What is kept of a compilation is of this library too.
    llvm_config(files --link-shared --libfiles)
    target_compile_definitions(ntc PRIVATE NTRACE_LLVM_SHARED="${files}")
  endif()
  target_link_options(${plugin} PRIVATE -Wl,--gc-sections -Wl,--version-script=${exports})
  # No run path: CMake's own ends in an empty entry, the current directory, and ntrace runs as root.
  if(NTRACE_HAS_RELR)
    target_link_options(${plugin} PRIVATE -Wl,-z,pack-relative-relocs)
  endif()
  set_target_properties(${plugin} PROPERTIES LINK_DEPENDS ${exports} SKIP_BUILD_RPATH ON)
endfunction()
