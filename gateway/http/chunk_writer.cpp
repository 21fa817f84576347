#include "gateway/http/chunk_writer.h"

namespace postern {

ChunkHead::ChunkHead(std::uint64_t size) : m_start(kLongest)
{
    m_text[--m_start] = '\n';
    m_text[--m_start] = '\r';
    do {
        m_text[--m_start] = "0123456789abcdef"[size & 15];
        size >>= 4;
    } while (size != 0);
}

void appendChunk(std::string& out, std::string_view payload)
{
    if (payload.empty())
        return;
    out.append(ChunkHead(payload.size()).text()).append(payload).append(kChunkEnd);
}

void appendBodyEnd(std::string& out, const Headers& trailers)
{
    out.append("0\r\n");
    for (const Header& field : trailers)
        out.append(field.name).append(": ").append(field.value).append("\r\n");
    out.append("\r\n");
}

} // namespace postern
