# Files made part of a program, as C arrays that are written at build time.
#
#   nt_embed_bytes(OUT.c SYMBOL FILE)                 SYMBOL[] and SYMBOL_size
#   nt_embed_texts(OUT.c SYMBOL HEADER ROOT FILE...)  SYMBOL[], a table of struct nt_embedded
#
# The same file, run with -P, is the script that writes them.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(NT_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

  function(nt_embed_bytes out symbol file)
    add_custom_command(
      OUTPUT ${CMAKE_BINARY_DIR}/${out}
      COMMAND ${CMAKE_COMMAND} -DOUT=${CMAKE_BINARY_DIR}/${out} -DSYMBOL=${symbol} -DFILE=${file}
              -P ${NT_EMBED_SCRIPT}
      DEPENDS ${file} ${NT_EMBED_SCRIPT}
      VERBATIM)
  endfunction()

  function(nt_embed_texts out symbol header root)
    # The list is a file, so that a text that goes away is seen as a change too.
    set(list ${CMAKE_BINARY_DIR}/${out}.list)
    file(CONFIGURE OUTPUT ${list} CONTENT "${ARGN}")
    add_custom_command(
      OUTPUT ${CMAKE_BINARY_DIR}/${out}
      COMMAND ${CMAKE_COMMAND} -DOUT=${CMAKE_BINARY_DIR}/${out} -DSYMBOL=${symbol}
              -DHEADER=${header} -DROOT=${root} -DLIST=${list} -P ${NT_EMBED_SCRIPT}
      DEPENDS ${ARGN} ${list} ${NT_EMBED_SCRIPT}
      VERBATIM)
  endfunction()

  return()
endif()

function(bytes_of file ret)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  set(${ret} "${hex}" PARENT_SCOPE)
endfunction()

function(write_bytes)
  bytes_of(${FILE} bytes)
  file(WRITE ${OUT} "extern const unsigned char ${SYMBOL}[];\n"
       "extern const unsigned int ${SYMBOL}_size;\n\n"
       "const unsigned char ${SYMBOL}[] __attribute__((aligned(8))) = {\n${bytes}};\n"
       "const unsigned int ${SYMBOL}_size = sizeof(${SYMBOL});\n")
endfunction()

function(write_texts)
  file(READ ${LIST} files)
  set(texts "")
  set(rows "")
  set(n 0)
  foreach(file IN LISTS files)
    bytes_of(${file} bytes)
    file(RELATIVE_PATH path ${ROOT} ${file})
    string(APPEND texts "static const unsigned char text_${n}[] = {\n${bytes}0};\n")
    string(APPEND rows "    {\"${path}\", (const char *)text_${n}, sizeof(text_${n}) - 1},\n")
    math(EXPR n "${n} + 1")
  endforeach()
  file(WRITE ${OUT} "#include \"${HEADER}\"\n\n${texts}\n"
       "const struct nt_embedded ${SYMBOL}[] = {\n${rows}    {0},\n};\n")
endfunction()

if(FILE)
  write_bytes()
else()
  write_texts()
endif()
