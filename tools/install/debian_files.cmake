# Run by cpack when everything is installed and before it is packed: what only a Debian package has.
set(root ${CPACK_TEMPORARY_DIRECTORY}/usr)
set(here ${CMAKE_CURRENT_LIST_DIR})
foreach(folder share/doc/hearsay share/lintian/overrides)
  file(MAKE_DIRECTORY ${root}/${folder})
endforeach()
file(COPY_FILE ${here}/copyright ${root}/share/doc/hearsay/copyright)
file(COPY_FILE ${here}/changelog ${root}/share/doc/hearsay/changelog)
file(COPY_FILE ${here}/lintian-overrides ${root}/share/lintian/overrides/hearsay)
# lnav finds formats there.
file(MAKE_DIRECTORY ${CPACK_TEMPORARY_DIRECTORY}/etc/lnav/formats)
file(CREATE_LINK /usr/share/hearsay/lnav/formats/hearsay
     ${CPACK_TEMPORARY_DIRECTORY}/etc/lnav/formats/hearsay SYMBOLIC)
file(GLOB texts ${root}/share/man/man1/*.1 ${root}/share/doc/hearsay/changelog)
foreach(text IN LISTS texts)
  execute_process(COMMAND gzip -9 -n -f ${text} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
