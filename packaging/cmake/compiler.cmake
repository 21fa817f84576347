# Language, warnings and sanitizers for every target of ours.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(POSTERN_CCACHE ccache)
if(POSTERN_CCACHE)
    # ccache looks into precompiled headers only when told that it may trust them.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${POSTERN_CCACHE})
    add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

add_library(postern_compiler INTERFACE)
target_include_directories(postern_compiler INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(postern_compiler INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Werror
    $<$<CXX_COMPILER_ID:GNU>:-fdiagnostics-color=auto>)
target_compile_definitions(postern_compiler INTERFACE
    POSTERN_VERSION="${PROJECT_VERSION}"
    QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_CAST_FROM_BYTEARRAY
    QT_NO_URL_CAST_FROM_STRING QT_NO_KEYWORDS QT_NO_FOREACH
    QT_DISABLE_DEPRECATED_BEFORE=0x060400)

if(POSTERN_SANITIZE)
    add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${POSTERN_SANITIZE})
    # GCC's flow analysis reports false uninitialised reads once the sanitizers' checks are woven in.
    target_compile_options(postern_compiler INTERFACE
        $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict>)
endif()
if(POSTERN_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# A hundred test programs are linked anew after each change below them: mold does it in a quarter of the time.
find_program(POSTERN_MOLD mold)
if(POSTERN_MOLD AND CMAKE_BUILD_TYPE STREQUAL Debug AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_link_options(-fuse-ld=mold)
endif()

# What nearly every file of ours includes, parsed once: a file then compiles in 40 % of the time (measured on
# gateway/proxy/exchange.cpp at -O0: 1.6 s to 0.63 s). A convenience alone: each file still includes what it uses.
# Called with each target once Qt is known.
function(postern_precompiled target)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL GNU)
        return() # the fuzz targets are few
    endif()
    if(NOT TARGET postern_precompiled_headers)
        set(source ${CMAKE_BINARY_DIR}/precompiled/precompiled_headers.cpp)
        file(CONFIGURE OUTPUT ${source} CONTENT "")
        add_library(postern_precompiled_headers OBJECT ${source})
        target_link_libraries(postern_precompiled_headers PRIVATE postern_compiler Qt6::Core)
        set_target_properties(postern_precompiled_headers PROPERTIES AUTOMOC OFF)
        target_precompile_headers(postern_precompiled_headers PRIVATE
            <QHash> <QJsonObject> <QObject> <QString> <QStringList> <QTimer> <tl/expected.hpp> <algorithm> <chrono>
            <functional> <memory> <optional> <span> <string> <string_view> <vector>)
    endif()
    target_precompile_headers(${target} REUSE_FROM postern_precompiled_headers)
endfunction()
