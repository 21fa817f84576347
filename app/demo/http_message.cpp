#include "app/demo/http_message.h"

#include <algorithm>

namespace postern::demo {

namespace {

constexpr qsizetype kMaxHead = 64 * 1024;
constexpr qsizetype kMaxLine = 1024;

} // namespace

MessageReader::State MessageReader::read(QByteArray& buffer)
{
    State state = State::Complete;
    while (m_part != Part::Done && state == State::Complete) {
        switch (m_part) {
        case Part::Head:
            state = readHead(buffer);
            break;
        case Part::Body:
        case Part::Chunk:
            state = readBody(buffer);
            break;
        case Part::ChunkSize:
            state = readChunkSize(buffer);
            break;
        case Part::Trailer:
            state = readTrailer(buffer);
            break;
        case Part::Done:
            break;
        }
    }
    return state;
}

QByteArray MessageReader::header(const QByteArray& name) const
{
    for (const auto& [field, value] : m_headers) {
        if (field == name)
            return value;
    }
    return {};
}

MessageReader::State MessageReader::readHead(QByteArray& buffer)
{
    const qsizetype end = buffer.indexOf("\r\n\r\n");
    if (end < 0)
        return buffer.size() > kMaxHead ? broken() : State::NeedMore;
    const QList<QByteArray> lines = buffer.left(end).split('\n');
    buffer.remove(0, end + 4);
    m_startLine = lines[0].trimmed();
    for (qsizetype i = 1; i < lines.size(); ++i) {
        const qsizetype colon = lines[i].indexOf(':');
        if (colon <= 0)
            return broken();
        m_headers.append({lines[i].left(colon).toLower(), lines[i].mid(colon + 1).trimmed()});
    }
    if (header("transfer-encoding").toLower() == "chunked") {
        m_part = Part::ChunkSize;
        return State::Complete;
    }
    bool known = true;
    if (const QByteArray length = header("content-length"); !length.isEmpty())
        m_remaining = length.toLongLong(&known);
    m_part = m_remaining == 0 ? Part::Done : Part::Body;
    return known && m_remaining >= 0 ? State::Complete : broken();
}

MessageReader::State MessageReader::readBody(QByteArray& buffer)
{
    // A chunk's own line end is counted in what remains of it.
    const qsizetype taken = std::min<qsizetype>(buffer.size(), m_remaining);
    buffer.remove(0, taken);
    m_remaining -= taken;
    if (m_part == Part::Body)
        m_bodyLength += taken;
    if (m_remaining > 0)
        return State::NeedMore;
    m_part = m_part == Part::Body ? Part::Done : Part::ChunkSize;
    return State::Complete;
}

MessageReader::State MessageReader::readChunkSize(QByteArray& buffer)
{
    const qsizetype end = buffer.indexOf("\r\n");
    if (end < 0)
        return buffer.size() > kMaxLine ? broken() : State::NeedMore;
    bool known = false;
    const qint64 size = buffer.left(end).split(';').first().trimmed().toLongLong(&known, 16);
    if (!known || size < 0)
        return broken();
    buffer.remove(0, end + 2);
    m_bodyLength += size;
    m_remaining = size + 2;
    m_part = size == 0 ? Part::Trailer : Part::Chunk;
    return State::Complete;
}

MessageReader::State MessageReader::readTrailer(QByteArray& buffer)
{
    const qsizetype end = buffer.indexOf("\r\n");
    if (end < 0)
        return buffer.size() > kMaxHead ? broken() : State::NeedMore;
    buffer.remove(0, end + 2);
    if (end == 0)
        m_part = Part::Done;
    return State::Complete;
}

} // namespace postern::demo
