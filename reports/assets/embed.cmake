# Makes a C++ source of the page's style and script: cmake -DOUT=FILE -P embed.cmake
#
# Each is one raw string, with the hash by which the page's Content-Security-Policy knows it.
set(source "// Made by reports/assets/embed.cmake.\n#include \"reports/html_assets.hpp\"\n\nnamespace converge::reports {\n\n")
foreach(kind css js)
  set(file "${CMAKE_CURRENT_LIST_DIR}/report.${kind}")
  file(READ "${file}" text)
  file(SHA256 "${file}" hash)
  string(LENGTH "${text}" length)
  if(length GREATER 60000 OR text MATCHES "\\)~asset\"")
    message(FATAL_ERROR "${file} does not fit a raw string")
  endif()
  string(APPEND source "const Asset report_${kind}{R\"~asset(${text})~asset\",\n  \"${hash}\"};\n\n")
endforeach()
string(APPEND source "}  // namespace converge::reports\n")
file(WRITE "${OUT}" "${source}")
