// Requests as bytes: any fragmentation reads the same, and what is accepted and forwarded reads the same
// again, as one message, behind us.
#include "gateway/http/forwarding.h"
#include "gateway/http/head_writer.h"
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

bool parseWhole(std::string_view bytes, Arena& arena, RequestHead& head, std::size_t& consumed)
{
    RequestParser parser;
    const ParseResult result = parser.parse(bytes, HeadLimits(), arena, head);
    consumed = result.consumed;
    return result.state == ParseResult::State::Done;
}

void checkForwarding(std::string_view bytes)
{
    Arena arena;
    RequestHead received;
    std::size_t consumed = 0;
    if (!parseWhole(bytes, arena, received, consumed) || received.host.empty())
        return;
    IpRanges trusted;
    require(trusted.add("10.0.0.0/8"));
    const Peer peer{HostAddress::parse("10.0.0.1"), "10.0.0.1", false};
    const Forwarding forwarding = readForwarding(received, peer, trusted, arena);
    prepareForUpstream(received, forwarding, ManagedHeaders());
    std::string sent;
    appendRequestHead(sent, received);
    RequestHead seen;
    const HeadLimits roomy{1024 * 1024, 200, 64 * 1024};
    RequestParser parser;
    const ParseResult result = parser.parse(sent, roomy, arena, seen);
    require(result.state == ParseResult::State::Done && result.consumed == sent.size());
    require(seen.methodToken == received.methodToken && seen.host == received.host);
    require(seen.target.pathAndQuery == received.target.pathAndQuery);
    require(seen.framing == received.framing && seen.contentLength == received.contentLength);
    require(!seen.headers.contains(HeaderId::Connection) && seen.headers.count(HeaderId::XForwardedFor) == 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t step = 1 + data[0] % 64U;
    const HeadLimits limits{4096, 20, 1024};
    require(readRequests(stream, {}, limits) == readRequests(stream, {step, step}, limits));
    checkForwarding(stream);
    return 0;
}
