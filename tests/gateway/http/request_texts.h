#pragma once

#include "tests/gateway/http/message_reader.h"

namespace postern::test {

inline const QByteArray kHost = "Host: api.example\r\n";

inline QByteArray get(const QByteArray& target, const QByteArray& fields = {})
{
    return "GET " + target + " HTTP/1.1\r\n" + kHost + fields + "\r\n";
}

inline QByteArray post(const QByteArray& fields, const QByteArray& body = {})
{
    return "POST / HTTP/1.1\r\n" + kHost + fields + "\r\n" + body;
}

/// One request head, parsed in one piece.
struct Parsed
{
    Arena arena;
    RequestHead head;
    ParseResult result;
    std::string bytes;

    explicit Parsed(const QByteArray& text, const HeadLimits& limits = {}) : bytes(text.toStdString())
    {
        RequestParser parser;
        result = parser.parse(bytes, limits, arena, head);
    }
    [[nodiscard]] bool isDone() const { return result.state == ParseResult::State::Done; }
};

} // namespace postern::test
