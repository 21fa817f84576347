// Open-loop load from a fixed schedule; prints latencies from the intended sending times as JSON.
//   bench_pacer --port P [--rate 1333] [--seconds 10] [--warm 1] [--connections 64] [--path /body] [--tokens
//   FILE]
#include "tests/bench/load/arguments.h"
#include "tests/bench/load/pacer.h"

#include <cstdio>

int main(int argc, char** argv)
{
    using namespace postern::bench;
    const Arguments arguments(argc, argv);
    const auto seconds = [&](const char* name, double otherwise) {
        return std::chrono::nanoseconds(static_cast<std::int64_t>(arguments.number(name, otherwise) * 1e9));
    };
    Pacer::Options options;
    options.port = static_cast<std::uint16_t>(arguments.number("--port", 0));
    options.rate = arguments.number("--rate", 1333);
    options.warm = seconds("--warm", 1);
    options.duration = seconds("--seconds", 10);
    options.connections = static_cast<int>(arguments.number("--connections", 64));
    options.requests = requestTexts(arguments.text("--path", "/body"), arguments.text("--tokens", ""));
    Pacer pacer(std::move(options));
    if (!pacer.run()) {
        std::fputs("bench_pacer: no connection\n", stderr);
        return 1;
    }
    std::printf("%s\n", pacer.json().c_str());
}
