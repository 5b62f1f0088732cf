# keel_embed_web(out.cpp)
# Makes out.cpp, which defines keel::dashboard::web_files(), from the front end in web/: Vite builds it, embed_web.py
# writes what came out as C++. Vite needs Node 18.19 or newer and `npm ci` in web/, which `./dev setup` runs; the sources
# that the build depends on are listed by embed_web.py, so that it runs again only when one of them changed.
set(KEEL_EMBED_WEB ${CMAKE_CURRENT_LIST_DIR}/embed_web.py CACHE INTERNAL "")

function(keel_embed_web out)
  find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
  find_program(KEEL_NODE NAMES node nodejs)
  if(NOT KEEL_NODE)
    message(FATAL_ERROR "The dashboard's front end is built with Node.js, and there is no `node` here. "
      "`./dev setup` installs it (Debian: apt-get install nodejs npm).")
  endif()
  add_custom_command(OUTPUT ${out}
    COMMAND Python3::Interpreter ${KEEL_EMBED_WEB} --node ${KEEL_NODE} --web ${PROJECT_SOURCE_DIR}/web
      --built ${CMAKE_CURRENT_BINARY_DIR}/web --out ${out} --depfile ${out}.d
    DEPENDS ${KEEL_EMBED_WEB}
    DEPFILE ${out}.d
    COMMENT "Building the dashboard's front end"
    VERBATIM)
endfunction()
