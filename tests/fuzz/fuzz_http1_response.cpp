// Responses as bytes: any fragmentation reads the same, and what is passed on reads the same again.
#include "gateway/http/head_writer.h"
#include "gateway/http/hop_by_hop.h"
#include "tests/gateway/http/message_reader.h"

#include <cstdlib>

using namespace postern;
using namespace postern::test;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void checkForwarding(std::string_view bytes, Method method)
{
    ResponseParser parser;
    ResponseHead received;
    if (parser.parse(bytes, HeadLimits(), method, received).state != ParseResult::State::Done)
        return;
    removeHopByHop(received.headers);
    std::string sent;
    const bool keepAlive = received.framing != BodyFraming::UntilClose;
    appendResponseHead(sent, received, {HttpVersion::Http11, keepAlive, "Thu, 01 Jan 1970 00:00:00 GMT"});
    ResponseHead seen;
    parser.reset();
    const ParseResult result = parser.parse(sent, {1024 * 1024, 200, 0}, method, seen);
    require(result.state == ParseResult::State::Done && result.consumed == sent.size());
    require(seen.status == received.status && seen.framing == received.framing);
    require(seen.contentLength == received.contentLength || received.status == 204 || received.status < 200);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2)
        return 0;
    const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::size_t step = 1 + data[0] % 64U;
    const Method method = data[1] % 2 == 0 ? Method::Get : Method::Head;
    const HeadLimits limits{4096, 20, 0};
    require(readResponse(stream, method, {}, limits) == readResponse(stream, method, {step, step}, limits));
    checkForwarding(stream, method);
    return 0;
}
