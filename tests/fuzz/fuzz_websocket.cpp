// Frames of one direction: the same bytes go on however they come, whole frames before every fault, and a
// frame that went on is one that the same rules accept again.
#include "gateway/http/websocket_frames.h"

#include <cstdlib>

using namespace postern;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

struct Passed
{
    std::string bytes;
    WebSocketClose fault = WebSocketClose::None;
    bool atBoundary = false;
};

Passed pass(const WebSocketFrames::Rules& rules, std::string_view stream, std::size_t step)
{
    WebSocketFrames frames(rules);
    Passed passed;
    for (std::size_t at = 0; at < stream.size() && passed.fault == WebSocketClose::None; at += step) {
        const std::string piece(stream.substr(at, step)); // exactly as large as what is there
        const auto taken = frames.take(piece);
        require(taken.good <= piece.size());
        passed.bytes.append(taken.held).append(piece, 0, taken.good);
        passed.fault = taken.fault;
    }
    passed.atBoundary = frames.isAtBoundary();
    return passed;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
    const WebSocketFrames::Rules rules{.sender = (data[0] & 1) != 0 ? WebSocketFrames::Sender::Server
                                                                    : WebSocketFrames::Sender::Client,
                                       .compressed = (data[0] & 2) != 0,
                                       .largestMessage = (data[0] & 4) != 0 ? 64u : 1u << 30};
    const Passed whole = pass(rules, stream, stream.size() + 1);
    require(stream.starts_with(whole.bytes));
    require(whole.fault == WebSocketClose::None || whole.atBoundary);
    const Passed pieces = pass(rules, stream, 1 + (data[0] >> 3));
    require(pieces.bytes == whole.bytes && pieces.fault == whole.fault);
    const Passed again = pass(rules, whole.bytes, whole.bytes.size() + 1);
    require(again.bytes == whole.bytes && again.fault == WebSocketClose::None);
    return 0;
}
