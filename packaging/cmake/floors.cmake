# The floors of the house: which library may link which. An upward link fails the configure step;
# tests/layering checks the same table against every #include.
#
# One line a library: NAME FOLDER -> the libraries of ours it may stand on.
set(POSTERN_MODELS base schema document slo prometheus kubernetes git fleet items)
set(POSTERN_GATEWAY_MODELS base schema document slo kubernetes)

set(POSTERN_MAY_LINK_base)
set(POSTERN_MAY_LINK_schema base)
set(POSTERN_MAY_LINK_document base schema)
set(POSTERN_MAY_LINK_slo base schema document)
set(POSTERN_MAY_LINK_prometheus base schema document)
set(POSTERN_MAY_LINK_kubernetes base schema document)
set(POSTERN_MAY_LINK_git base schema document)
set(POSTERN_MAY_LINK_fleet base schema document slo prometheus kubernetes git)
set(POSTERN_MAY_LINK_items ${POSTERN_MAY_LINK_fleet} fleet)

# The gateway, bottom to top; every floor may use all floors below it.
set(POSTERN_MAY_LINK_policy_configs base schema)
set(POSTERN_MAY_LINK_catalogue base schema document policy_configs)
set(POSTERN_MAY_LINK_event base)
set(POSTERN_MAY_LINK_net base schema event)
set(POSTERN_MAY_LINK_tls base schema event net)
set(POSTERN_MAY_LINK_telemetry ${POSTERN_GATEWAY_MODELS} event)
set(POSTERN_MAY_LINK_http ${POSTERN_GATEWAY_MODELS} event net tls telemetry)
set(POSTERN_MAY_LINK_upstream ${POSTERN_MAY_LINK_http} http)
set(POSTERN_MAY_LINK_policy ${POSTERN_MAY_LINK_upstream} upstream)
set(POSTERN_MAY_LINK_policies ${POSTERN_MAY_LINK_policy} policy policy_configs catalogue)
set(POSTERN_MAY_LINK_proxy ${POSTERN_MAY_LINK_policies} policies)
set(POSTERN_MAY_LINK_admin ${POSTERN_MAY_LINK_proxy} proxy)
set(POSTERN_MAY_LINK_server ${POSTERN_MAY_LINK_admin} admin)

set(POSTERN_MAY_LINK_widgets base schema)
# The console embeds the gateway as a library, so it may use every floor.
set(POSTERN_MAY_LINK_app ${POSTERN_MODELS} ${POSTERN_MAY_LINK_server} server widgets)
# The demo's platform stands beside the gateway and the console, as peers of theirs; its story drives the console.
set(POSTERN_MAY_LINK_demo base schema document)
set(POSTERN_MAY_LINK_story ${POSTERN_MAY_LINK_app} app demo)

set(POSTERN_LIBRARIES base schema document slo prometheus kubernetes git fleet items
    policy_configs catalogue event net tls telemetry http upstream policy policies proxy admin server
    widgets app demo story)

# postern_library(NAME [LINKS ours...] [USES foreign...] [SOURCES ...])
# One static library from the folder it is called in. Without SOURCES every .cpp and .h of the folder
# belongs to it: a file is added by being written, and a forgotten list can not hide one from the build.
function(postern_library name)
    cmake_parse_arguments(ARG "RECURSIVE" "" "LINKS;USES;SOURCES" ${ARGN})
    foreach(link IN LISTS ARG_LINKS)
        if(NOT link IN_LIST POSTERN_MAY_LINK_${name})
            message(FATAL_ERROR
                "${name} may not stand on ${link}: the floors (packaging/cmake/floors.cmake) allow "
                "${name} -> ${POSTERN_MAY_LINK_${name}}")
        endif()
    endforeach()
    if(DEFINED ARG_SOURCES)
        set(sources ${ARG_SOURCES})
    elseif(ARG_RECURSIVE)
        file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp *.h)
    else()
        file(GLOB sources CONFIGURE_DEPENDS *.cpp *.h)
    endif()
    list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
    # A folder below that has its own CMakeLists.txt is another library.
    file(GLOB_RECURSE lists CONFIGURE_DEPENDS CMakeLists.txt)
    list(REMOVE_ITEM lists ${CMAKE_CURRENT_SOURCE_DIR}/CMakeLists.txt)
    foreach(source IN LISTS sources)
        foreach(list_file IN LISTS lists)
            cmake_path(GET list_file PARENT_PATH other)
            cmake_path(IS_PREFIX other ${source} inside)
            if(inside)
                list(REMOVE_ITEM sources ${source})
            endif()
        endforeach()
    endforeach()
    if(sources MATCHES "\\.cpp")
        add_library(postern_${name} STATIC ${sources})
        set(scope PUBLIC)
    else()
        add_library(postern_${name} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_link_libraries(postern_${name} ${scope} postern_compiler)
    foreach(link IN LISTS ARG_LINKS)
        target_link_libraries(postern_${name} ${scope} postern_${link})
    endforeach()
    target_link_libraries(postern_${name} ${scope} ${ARG_USES})
    if(scope STREQUAL PUBLIC)
        postern_precompiled(postern_${name})
    endif()
endfunction()

# What tests/layering reads: one line a library, "name: allowed...".
set(POSTERN_FLOORS_FILE ${CMAKE_BINARY_DIR}/floors.txt)
set(postern_floors "")
foreach(library IN LISTS POSTERN_LIBRARIES)
    list(JOIN POSTERN_MAY_LINK_${library} " " allowed)
    string(APPEND postern_floors "${library}: ${allowed}\n")
endforeach()
file(WRITE ${POSTERN_FLOORS_FILE} "${postern_floors}")
