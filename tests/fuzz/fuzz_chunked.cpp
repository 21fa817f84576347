// Chunked bodies: any fragmentation decodes the same, and a decoded body encoded again decodes to itself.
#include "gateway/http/chunk_writer.h"
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

struct Decoded
{
    std::string payload;
    std::string recoded; // chunk by chunk, trailers included
    QByteArray end;

    friend bool operator==(const Decoded& left, const Decoded& right)
    {
        return left.payload == right.payload && left.end == right.end;
    }
};

Decoded decode(std::string_view body, std::size_t piece)
{
    Decoded result;
    Feed feed(body, {piece, piece});
    ChunkedDecoder decoder;
    for (;;) {
        const ChunkedDecoder::Step step = decoder.next(feed.pending());
        result.payload += step.data;
        appendChunk(result.recoded, step.data);
        result.end = bytes(refusalToken(step.refusal));
        if (step.outcome == ChunkedDecoder::Outcome::Refused)
            return result;
        require(step.consumed <= feed.pending().size());
        require(step.outcome != ChunkedDecoder::Outcome::Data || !step.data.empty());
        feed.drop(step.consumed);
        if (step.outcome == ChunkedDecoder::Outcome::Done) {
            appendBodyEnd(result.recoded, decoder.trailers());
            result.end = "done" + describe(decoder.trailers());
            return result;
        }
        if (step.outcome == ChunkedDecoder::Outcome::NeedMore && !feed.more()) {
            result.end = "unfinished";
            return result;
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Decoded whole = decode(body, 0);
    require(whole == decode(body, 1 + data[0] % 64U));
    require(whole.payload.size() <= body.size());
    if (whole.end.startsWith("done"))
        require(decode(whole.recoded, 0) == whole);
    return 0;
}
