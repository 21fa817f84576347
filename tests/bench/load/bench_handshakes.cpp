// TLS 1.3 connections, one request each; prints connections a second as JSON.
//   bench_handshakes --port P [--kind full|resumed] [--seconds 5] [--connections 16] [--path /body]
#include "tests/bench/load/arguments.h"
#include "tests/bench/load/handshakes.h"

#include <cstdio>

int main(int argc, char** argv)
{
    using namespace postern::bench;
    const Arguments arguments(argc, argv);
    Handshakes::Options options;
    options.port = static_cast<std::uint16_t>(arguments.number("--port", 0));
    options.kind =
        arguments.text("--kind", "full") == "resumed" ? Handshakes::Kind::Resumed : Handshakes::Kind::Full;
    options.duration =
        std::chrono::nanoseconds(static_cast<std::int64_t>(arguments.number("--seconds", 5) * 1e9));
    options.connections = static_cast<int>(arguments.number("--connections", 16));
    options.request = requestTexts(arguments.text("--path", "/body"), "").front();
    Handshakes handshakes(std::move(options));
    handshakes.run();
    std::printf("%s\n", handshakes.json().c_str());
}
