# The Debian package: cpack makes it from what is installed (tools/package).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME hearsay)
set(CPACK_PACKAGE_VENDOR hearsay)
set(CPACK_PACKAGE_CONTACT "hearsay developers <hearsay@localhost.localdomain>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "gossip nodes for Maelstrom that survive crashes")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Nodes for Maelstrom, Jepsen's workbench for distributed systems: each is a
 supervisor and a worker that may be killed at any instruction. With tools
 that run nodes under the same network, workloads and checkers, in real time or
 in virtual time, and with a CMake package for services of one's own.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gnuplot-nox, nats-server, cmake, make, g++, libfmt-dev, libcpp-httplib-dev, libsimdjson-dev, libnats-dev, libssl-dev")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
# Only the package has these, compressed as Debian wants them.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/debian_files.cmake)
include(CPack)
