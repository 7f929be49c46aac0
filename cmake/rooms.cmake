# A room is a folder of src/ with its sub-rooms, and a static library: terramask_<room>. It sees the public headers and src/.
# Which rooms and sub-rooms it may include, rooms.txt says (tools/check_rooms.py).

add_library(terramask_flags INTERFACE)
target_include_directories(terramask_flags INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src
                                                     ${PROJECT_BINARY_DIR}/generated)
target_compile_options(terramask_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                                                 -Woverloaded-virtual)
if(TERRAMASK_WERROR)
  target_compile_options(terramask_flags INTERFACE -Werror)
endif()
target_compile_definitions(terramask_flags INTERFACE TERRAMASK_VERSION="${PROJECT_VERSION}")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns of std::string's own operator+ (GCC bug 105651).
  target_compile_options(terramask_flags INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 15)
  # Newer Clangs warn of what libstdc++ 12's own stable_sort uses. GCC sees our own uses of deprecated names.
  target_compile_options(terramask_flags INTERFACE -Wno-deprecated-declarations)
endif()
if(TERRAMASK_SANITIZE)
  target_compile_options(terramask_flags INTERFACE -fsanitize=${TERRAMASK_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=undefined)
  # Sanitizers make GCC see uninitialized values where there are none, as its manual says: in std::regex.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(terramask_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
  # What lies within a vector's capacity but beyond its end, no sanitizer sees.
  target_compile_definitions(terramask_flags INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(terramask_flags INTERFACE -fsanitize=${TERRAMASK_SANITIZE})
endif()

function(terramask_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC terramask_flags ${ARG_DEPENDS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE terramask_flags ${ARG_DEPENDS})
  endif()
endfunction()

function(terramask_room room)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${room}/*.cpp ${PROJECT_SOURCE_DIR}/src/${room}/*/*.cpp)
  terramask_library(terramask_${room} SOURCES ${sources} DEPENDS ${ARG_DEPENDS})
endfunction()

# Files of every operator's folder (FILES) and of src/ops itself (SHARED; patterns) that belong to one library.
function(terramask_operators name)
  cmake_parse_arguments(ARG "" "" "FILES;SHARED;DEPENDS" ${ARGN})
  set(sources)
  foreach(file ${ARG_FILES})
    file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/ops/*/${file})
    list(APPEND sources ${found})
  endforeach()
  foreach(file ${ARG_SHARED})
    file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/ops/${file})
    list(APPEND sources ${found})
  endforeach()
  terramask_library(terramask_${name} SOURCES ${sources} DEPENDS ${ARG_DEPENDS})
endfunction()

# shaders/*.comp are compiled to SPIR-V at build time and embedded as one table.
function(terramask_shaders name)
  file(GLOB shaders CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/shaders/*.comp)
  file(GLOB common CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/shaders/common/*.glsl)
  set(folder ${PROJECT_BINARY_DIR}/generated/shaders)
  file(MAKE_DIRECTORY ${folder})
  set(headers)
  set(table "// Made by cmake/rooms.cmake: every shader by name.\n")
  set(entries)
  foreach(shader ${shaders})
    get_filename_component(kernel ${shader} NAME_WE)
    set(header ${folder}/${kernel}.inc)
    add_custom_command(
      OUTPUT ${header}
      COMMAND ${GLSLANG_VALIDATOR} -V --quiet --target-env vulkan1.2 -I${PROJECT_SOURCE_DIR}/shaders --vn
              spirv_${kernel} -o ${header} ${shader}
      DEPENDS ${shader} ${common}
      COMMENT "Shader ${kernel}"
      VERBATIM)
    list(APPEND headers ${header})
    string(APPEND table "#include \"shaders/${kernel}.inc\"\n")
    string(APPEND entries "    {\"${kernel}\", spirv_${kernel}},\n")
  endforeach()
  file(GENERATE OUTPUT ${folder}/table.cpp CONTENT
"#include \"vulkan/shader_table.hpp\"\n\n#include <cstdint>\n\nnamespace terramask::vulkan {\nnamespace {\n${table}
constexpr Shader shaders[] = {\n${entries}};\n}  // namespace\n
std::span<const Shader> shader_table() { return shaders; }\n}  // namespace terramask::vulkan\n")
  set_source_files_properties(${folder}/table.cpp PROPERTIES OBJECT_DEPENDS "${headers}")
  add_library(${name} STATIC ${folder}/table.cpp)
  target_link_libraries(${name} PUBLIC terramask_flags)
endfunction()
