# nt_bpf_bitcode(OUT.bc SOURCE...): compiles C to BPF bitcode and links it into one module.
# The module carries no debug info: the code generator describes what it emits itself.

find_program(NTRACE_BPF_CLANG NAMES clang-19 REQUIRED)
find_program(NTRACE_LLVM_LINK NAMES llvm-link-19 REQUIRED)

function(nt_bpf_bitcode out)
  set(parts "")
  foreach(source IN LISTS ARGN)
    get_filename_component(name ${source} NAME_WE)
    set(part ${CMAKE_BINARY_DIR}/bpf/${name}.bc)
    add_custom_command(
      OUTPUT ${part}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/bpf
      COMMAND ${NTRACE_BPF_CLANG} -target bpf -mcpu=v3 -O2 -g0 -emit-llvm -Wall -Wextra -Werror
              -Wno-unused-parameter # functions of a kind share one signature
              -I ${CMAKE_SOURCE_DIR} -isystem /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
              -MD -MF ${part}.d -MT ${part} -c ${source} -o ${part}
      DEPENDS ${source}
      DEPFILE ${part}.d
      VERBATIM)
    list(APPEND parts ${part})
  endforeach()
  if(NOT parts)
    # llvm-link wants at least one module.
    set(empty ${CMAKE_BINARY_DIR}/bpf/empty.ll)
    file(WRITE ${empty} "target triple = \"bpf\"\n")
    set(parts ${empty})
  endif()
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${NTRACE_LLVM_LINK} ${parts} -o ${out}
    DEPENDS ${parts}
    VERBATIM)
endfunction()
