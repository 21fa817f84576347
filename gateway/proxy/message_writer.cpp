#include "gateway/proxy/message_writer.h"

#include "gateway/http/chunk_writer.h"

namespace postern {

StreamSocket::Write writeMessage(StreamSocket& socket, std::string& prefix, const Payload& payload,
                                 OutgoingFraming framing)
{
    const std::string_view bytes(payload.bytes.data(), payload.bytes.size());
    if (framing == OutgoingFraming::Plain) {
        if (bytes.size() > kSmallPayload)
            return socket.send(prefix, bytes);
        prefix.append(bytes);
        return socket.send(prefix);
    }
    if (!bytes.empty())
        prefix.append(ChunkHead(bytes.size()).text());
    std::string end;
    std::string& tail = bytes.size() > kSmallPayload ? end : prefix.append(bytes);
    if (!bytes.empty())
        tail.append(kChunkEnd);
    if (payload.last) {
        if (payload.trailers)
            appendBodyEnd(tail, *payload.trailers);
        else
            tail.append(kBodyEnd);
    }
    return bytes.size() > kSmallPayload ? socket.send(prefix, bytes, end) : socket.send(prefix);
}

} // namespace postern
