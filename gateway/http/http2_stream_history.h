#pragma once

#include "gateway/http/http2_events.h"

#include <algorithm>
#include <array>

namespace postern {

/// Which of a client's latest streams it has ended itself. Purpose: what comes on a stream that is gone is an
/// error of the connection where the client must know that it is gone, and ignored where we have reset it and
/// the client may not know yet (RFC 9113 §5.1, §5.1.1); older streams are given the benefit of the doubt. A
/// value of the connection.
class Http2StreamHistory
{
public:
    /// A HEADERS frame came: a stream with a new number is open now.
    void begin(Http2StreamId stream)
    {
        if (stream <= m_last || stream % 2 == 0)
            return;
        const auto skipped = static_cast<std::size_t>(stream - m_last) / 2;
        for (std::size_t i = 0; i < std::min(skipped, kRemembered); ++i)
            at(stream - static_cast<Http2StreamId>(2 * i)) = State::Skipped;
        at(stream) = State::Open;
        m_last = stream;
    }
    /// END_STREAM or RST_STREAM came.
    void end(Http2StreamId stream)
    {
        if (isRemembered(stream))
            at(stream) = State::Ended;
    }
    /// What a HEADERS or DATA frame means on \a stream, which is not there: None is to be ignored.
    [[nodiscard]] Http2Error judge(Http2StreamId stream) const
    {
        if (!isRemembered(stream))
            return Http2Error::None; // too old; or never a client's, which the session knows by itself
        switch (m_states[indexOf(stream)]) {
        case State::Skipped:
            return Http2Error::Protocol;
        case State::Open:
            return Http2Error::None;
        case State::Ended:
            return Http2Error::StreamClosed;
        }
        return Http2Error::None;
    }

private:
    enum class State : unsigned char { Skipped, Open, Ended };
    static constexpr std::size_t kRemembered = 256;

    static std::size_t indexOf(Http2StreamId stream)
    {
        return static_cast<std::size_t>(stream) / 2 % kRemembered;
    }
    [[nodiscard]] bool isRemembered(Http2StreamId stream) const
    {
        return stream > 0 && stream % 2 == 1 && stream <= m_last &&
               static_cast<std::size_t>(m_last - stream) / 2 < kRemembered;
    }
    State& at(Http2StreamId stream) { return m_states[indexOf(stream)]; }

    std::array<State, kRemembered> m_states{};
    std::int64_t m_last = -1; ///< wide: the difference of two numbers can be anything
};

} // namespace postern
