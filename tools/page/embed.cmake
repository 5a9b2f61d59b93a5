# Makes one C++ source of the page: the style and the scripts in their places.
# cmake -DSCRIPTS="a.js;b.js" -DHTML=... -DCSS=... -DOUTPUT=... -P embed.cmake
cmake_minimum_required(VERSION 3.25)
set(js "")
foreach(script IN LISTS SCRIPTS)
  file(READ ${script} text)
  string(APPEND js "${text}")
endforeach()
file(READ ${CSS} css)
file(READ ${HTML} page)
string(REPLACE "@CSS@" "${css}" page "${page}")
string(REPLACE "@JS@" "${js}" page "${page}")
file(WRITE ${OUTPUT} "#include \"tools/page/page_text.h\"\n
namespace hearsay::page {\n
const std::string_view kPageText = R\"~page~(${page})~page~\";\n
}  // namespace hearsay::page\n")
