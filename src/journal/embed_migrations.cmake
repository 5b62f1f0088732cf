# keel_embed_migrations(out.cpp FUNCTION keel::room::name FILES 0001_a.sql …)
# Makes out.cpp, which defines `std::span<const keel::journal::Migration> keel::room::name()`, from SQL files in the
# order given. Run as a script (cmake -P) it is the generator itself.
if(CMAKE_SCRIPT_MODE_FILE)
  string(REPLACE "," ";" FILES "${FILES}")
  set(rows "")
  foreach(path IN LISTS FILES)
    get_filename_component(name ${path} NAME)
    string(REGEX MATCH "^[0-9]+" version ${name})
    file(READ ${path} sql)
    string(APPEND rows "    {\"${version}\", \"${name}\", R\"keel_sql(${sql})keel_sql\"},\n")
  endforeach()
  string(REGEX MATCH "^(.+)::([^:]+)$" matched ${FUNCTION})
  file(WRITE ${OUT} "#include \"journal/migrations.hpp\"

namespace ${CMAKE_MATCH_1} {

std::span<const keel::journal::Migration> ${CMAKE_MATCH_2}();

namespace {
constexpr keel::journal::Migration files[] = {
${rows}};
}  // namespace

std::span<const keel::journal::Migration> ${CMAKE_MATCH_2}() { return files; }

}  // namespace ${CMAKE_MATCH_1}
")
  return()
endif()

set(KEEL_EMBED_MIGRATIONS ${CMAKE_CURRENT_LIST_FILE} CACHE INTERNAL "")

function(keel_embed_migrations out)
  cmake_parse_arguments(ARG "" "FUNCTION" "FILES" ${ARGN})
  list(JOIN ARG_FILES "," files)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFUNCTION=${ARG_FUNCTION} -DFILES=${files} -P ${KEEL_EMBED_MIGRATIONS}
    DEPENDS ${ARG_FILES} ${KEEL_EMBED_MIGRATIONS} VERBATIM)
endfunction()
