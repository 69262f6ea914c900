# The Debian package: `make package`. What describes the command line is printed by the program itself.
set(GENERATED ${CMAKE_BINARY_DIR}/generated)
set(DEBIAN ${CMAKE_SOURCE_DIR}/deploy/debian)

add_custom_command(OUTPUT ${GENERATED}/stoa.1 ${GENERATED}/stoa.1.gz ${GENERATED}/completion ${GENERATED}/stoa.conf
  COMMAND stoa describe man > ${GENERATED}/stoa.1
  COMMAND gzip -9nkf ${GENERATED}/stoa.1
  COMMAND stoa describe completion > ${GENERATED}/completion
  COMMAND stoa describe config data=/var/lib/stoa > ${GENERATED}/stoa.conf
  DEPENDS stoa VERBATIM)
add_custom_command(OUTPUT ${GENERATED}/changelog.gz
  COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/CHANGELOG.md > ${GENERATED}/changelog.gz
  DEPENDS CHANGELOG.md VERBATIM)
add_custom_target(package_files DEPENDS ${GENERATED}/stoa.1.gz ${GENERATED}/changelog.gz)

# Two units that differ in which services they start.
set(UNIT_DESCRIPTION "Stoa, the back end of a community site")
set(UNIT_SERVICE "")
set(UNIT_CONFLICT "")
set(UNIT_ENVIRONMENT "EnvironmentFile=-/etc/stoa/environment")
configure_file(${DEBIAN}/stoa.service.in ${GENERATED}/stoa.service @ONLY)
set(UNIT_DESCRIPTION "Stoa, the %i service of a community site")
set(UNIT_SERVICE "%i ")
set(UNIT_CONFLICT "# One process has the data files of a service for itself: that of all four ends before this one begins.
Conflicts=stoa.service
After=stoa.service")
string(APPEND UNIT_ENVIRONMENT "\nEnvironmentFile=-/etc/stoa/%i.environment")
configure_file(${DEBIAN}/stoa.service.in ${GENERATED}/stoa@.service @ONLY)

install(FILES ${GENERATED}/stoa.1.gz DESTINATION share/man/man1)
install(FILES ${GENERATED}/completion DESTINATION share/bash-completion/completions RENAME stoa)
install(FILES ${GENERATED}/stoa.conf DESTINATION /etc/stoa)
install(FILES ${DEBIAN}/environment DESTINATION share/stoa)
install(FILES ${GENERATED}/stoa.service ${GENERATED}/stoa@.service ${DEBIAN}/stoa-backup.service ${DEBIAN}/stoa-backup.timer
  DESTINATION lib/systemd/system)
install(FILES ${GENERATED}/changelog.gz DESTINATION share/doc/stoa)
install(FILES LICENSE DESTINATION share/doc/stoa RENAME copyright)
install(FILES ${DEBIAN}/lintian-overrides DESTINATION share/lintian/overrides RENAME stoa)
install(DIRECTORY docs/ DESTINATION share/doc/stoa)
install(DIRECTORY deploy/ DESTINATION share/doc/stoa/examples
  PATTERN debian EXCLUDE PATTERN __pycache__ EXCLUDE PATTERN .env EXCLUDE PATTERN .gitignore EXCLUDE)

install(PROGRAMS deploy/cluster/cluster deploy/cluster/configure-node DESTINATION share/doc/stoa/examples/cluster)
# What pages link to outside of docs/ is elsewhere in the package, or (measurements) not in it.
install(CODE [=[
  file(GLOB_RECURSE pages "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share/doc/stoa/*.md")
  foreach(page ${pages})
    file(READ "${page}" text)
    string(REGEX REPLACE "\\]\\(((\\.\\./)*)\\.\\./deploy" "](\\1examples" text "${text}")
    string(REGEX REPLACE "\\[([^]]*)\\]\\((\\.\\./)+bench/[^)]*\\)" "\\1" text "${text}")
    string(REGEX REPLACE "\\]\\(((\\.\\./)*)\\.\\./CHANGELOG.md" "](\\1changelog.gz" text "${text}")
    string(REPLACE "](../../docs/" "](../../" text "${text}")
    string(REGEX REPLACE "([` =(\n])deploy/" "\\1/usr/share/doc/stoa/examples/" text "${text}")
    file(WRITE "${page}" "${text}")
  endforeach()
]=])

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME stoa)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES TRUE)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The Stoa authors <stoa@localhost>")
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "back end of a community site")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Posts, votes, users and messages as four small services in one program: JSON
over HTTP, SQLite inside, or PostgreSQL and many processes. Writes are on the
disk before they are answered.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, debconf (>= 0.5) | debconf-2.0")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "caddy, haproxy, patroni, postgresql, postgresql-client")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
file(WRITE ${GENERATED}/conffiles "/etc/stoa/stoa.conf\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${GENERATED}/conffiles ${DEBIAN}/postinst ${DEBIAN}/prerm
  ${DEBIAN}/postrm ${DEBIAN}/templates)
include(CPack)
