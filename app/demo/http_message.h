#pragma once

#include <QByteArray>
#include <QList>

namespace postern::demo {

/// Frames HTTP/1.1 messages out of a stream: start line, header fields, and a body by length or in chunks, of
/// which only the length is kept. For the demo's origin and traffic, which are peers of the gateway and use
/// none of its code.
class MessageReader
{
public:
    enum class State { NeedMore, Complete, Broken };

    /// Takes what belongs to the message from the front of \a buffer.
    State read(QByteArray& buffer);
    /// Ready for the next message of the connection.
    void reset() { *this = MessageReader(); }

    [[nodiscard]] const QByteArray& startLine() const { return m_startLine; }
    /// Of a request: `GET`. Of a response: `HTTP/1.1`.
    [[nodiscard]] QByteArray word(qsizetype index) const { return m_startLine.split(' ').value(index); }
    [[nodiscard]] QByteArray header(const QByteArray& name) const;
    [[nodiscard]] qint64 bodyLength() const { return m_bodyLength; }
    [[nodiscard]] bool closes() const { return header("connection").toLower() == "close"; }

private:
    enum class Part { Head, Body, ChunkSize, Chunk, Trailer, Done };

    State readHead(QByteArray& buffer);
    State readBody(QByteArray& buffer);
    State readChunkSize(QByteArray& buffer);
    State readTrailer(QByteArray& buffer);
    [[nodiscard]] State broken() const { return State::Broken; }

    Part m_part = Part::Head;
    QByteArray m_startLine;
    QList<std::pair<QByteArray, QByteArray>> m_headers;
    qint64 m_bodyLength = 0;
    qint64 m_remaining = 0;
};

} // namespace postern::demo
