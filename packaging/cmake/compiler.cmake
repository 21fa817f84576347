# Language, warnings and sanitizers for every target of ours.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(POSTERN_CCACHE ccache)
if(POSTERN_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${POSTERN_CCACHE})
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
