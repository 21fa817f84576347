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

    static ParseResult needMore() { return {}; }
    static ParseResult done(std::size_t consumed) { return {State::Done, Refusal::None, consumed}; }
    static ParseResult refused(Refusal refusal) { return {State::Refused, refusal, 0}; }
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
    /// The next line, judged by its shape alone; Done: its text without CRLF is in \a line, and \a consumed
    /// is where the next one begins. A line longer than \a limit is refused as \a tooLong.
    [[nodiscard]] ParseResult takeLine(std::string_view bytes, std::size_t limit, Refusal tooLong,
                                       std::string_view& line);
    /// Field lines up to and including the empty one.
    [[nodiscard]] ParseResult takeFields(std::string_view bytes, const HeadLimits& limits, Headers& headers);
    /// Where the bytes were at the last call, if they moved since; else null.
    [[nodiscard]] const char* movedFrom(std::string_view bytes);

    bool m_inFields = false;    ///< the start line is done
    std::size_t m_position = 0; ///< start of the first line not yet judged

private:
    [[nodiscard]] ParseResult unfinished(std::string_view bytes, std::size_t limit, Refusal tooLong);
    [[nodiscard]] ParseResult refuseLine(std::string_view bytes, std::size_t limit, Refusal refusal,
                                         Refusal tooLong);
    [[nodiscard]] bool stillUnfinished(std::string_view bytes) const;

    std::size_t m_scanned = 0; ///< no line end between m_position and here
    const char* m_base = nullptr;
};

} // namespace postern
