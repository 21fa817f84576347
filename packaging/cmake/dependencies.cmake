# Everything Postern stands on. The packages are listed in packaging/apt-packages.
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Network Test)
if(POSTERN_DESKTOP)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Gui Widgets Svg DBus)
    find_package(Qt6Keychain REQUIRED)
    find_library(POSTERN_QSCINTILLA NAMES qscintilla2_qt6 REQUIRED)
endif()
find_package(OpenSSL 3 REQUIRED)
find_package(Threads REQUIRED)
find_package(simdjson REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
# QDnsLookup of Qt 6.4 knows no port, and so no server of our own.
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares>=1.18)
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2>=1.52)
# By pkg-config: the CMake package also wants civetweb and curl, which the core does not.
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
find_path(POSTERN_EXPECTED tl/expected.hpp REQUIRED)
set(CMAKE_AUTOMOC ON)
