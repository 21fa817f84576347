#pragma once

#include "gateway/http/head_limits.h"
#include "gateway/http/headers.h"
#include "gateway/http/refusal.h"

#include <cstddef>
#include <string_view>

namespace postern {

/// What one look at the received bytes gave.
struct ParseResult
{
    enum class State { NeedMore, Done, Refused };

    State state = State::NeedMore;
    Refusal refusal = Refusal::None;
    std::size_t consumed = 0; ///< Done: the head's bytes; what follows is body or the next message
};

/// What request and response heads share: lines, field lines, limits, and where to go on when more bytes
/// come. A line is judged once, when its end has come, so any fragmentation gives the same result, and every
/// byte is looked at a bounded number of times however slowly it drips. Owned by a parser; reset() for each
/// message.
class HeadParser
{
public:
    void reset() { *this = HeadParser(); }

protected:
    /// One line ends at \a end (its CRLF excluded), the next begins at \a next.
    struct Line
    {
        ParseResult::State state = ParseResult::State::NeedMore;
        Refusal refusal = Refusal::None;
        std::string_view text;
    };

    /// Views of an unfinished head follow the bytes when the caller had to move them.
    void follow(std::string_view bytes, Headers& headers);
    /// The next whole line without looking into it; for the start line.
    [[nodiscard]] Line takeLine(std::string_view bytes, const HeadLimits& limits);
    /// Field lines up to and including the empty one.
    [[nodiscard]] ParseResult takeFields(std::string_view bytes, const HeadLimits& limits, Headers& headers);

    std::size_t m_position = 0; ///< start of the first line not yet judged
    std::size_t m_scanned = 0;  ///< no line end before here
    bool m_inFields = false;    ///< the start line is done
    const char* m_base = nullptr;

private:
    [[nodiscard]] ParseResult incomplete(std::string_view bytes, const HeadLimits& limits);
};

} // namespace postern
