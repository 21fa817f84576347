// Http2Connection's third part: its streams, as long as they last, and what they hold together.
#include "gateway/proxy/http2_connection.h"
#include "gateway/proxy/worker_context.h"

namespace postern {

namespace {

// What all streams' responses may hold for a client whose windows are closed. A stream without anything held
// reads one piece beyond it; from an upstream in HTTP/2 a first window each, and what was reserved.
constexpr std::ptrdiff_t kMostUnsent = 4 * 1024 * 1024;

} // namespace

void Http2Connection::touch(Http2Stream& stream)
{
    if (!std::exchange(stream.touched, true))
        m_touched.push_back(&stream);
}

void Http2Connection::touchAll()
{
    for (const auto& stream : m_streams)
        touch(*stream);
}

void Http2Connection::unsentChanged(std::ptrdiff_t bytes)
{
    const bool wasTooMuch = m_unsent > kMostUnsent;
    m_unsent += bytes;
    if (wasTooMuch && m_unsent <= kMostUnsent)
        m_relieved = true;
}

void Http2Connection::settled(Http2Stream& stream)
{
    touch(stream);
    // Answers of many streams come in one turn and go out as one; a lone one does not wait for others.
    if (m_streams.size() > 1)
        schedule();
    else
        process();
}

bool Http2Connection::reserve(std::size_t bytes)
{
    if (m_reserved + bytes > static_cast<std::size_t>(kMostUnsent))
        return false;
    m_reserved += bytes;
    return true;
}

bool Http2Connection::isCongested() const { return m_socket.hasPending() || m_unsent > kMostUnsent; }

void Http2Connection::advanceTouched()
{
    m_advancing.swap(m_touched);
    for (Http2Stream* const stream : m_advancing)
        stream->touched = false;
    for (Http2Stream* const stream : m_advancing) {
        if (stream->advance())
            reap(*stream);
    }
    m_advancing.clear();
}

void Http2Connection::reap(Http2Stream& stream)
{
    if (stream.touched) {
        std::erase(m_touched, &stream);
        stream.touched = false;
    }
    if (stream.isAnswered())
        m_budget.earn(2);
    stream.finish(stream.end());
    const std::size_t place = stream.place;
    m_context.giveBack(std::move(m_streams[place]));
    if (place + 1 < m_streams.size()) {
        m_streams[place] = std::move(m_streams.back());
        m_streams[place]->place = place;
    }
    m_streams.pop_back();
    if (m_streams.empty())
        m_idleBy = m_context.clock.steady() + limits().idleTimeout;
}

void Http2Connection::finishStreams(RequestEnd end)
{
    m_touched.clear();
    m_headStream = m_gatherStream = nullptr;
    while (!m_streams.empty()) {
        std::unique_ptr<Http2Stream> stream = std::move(m_streams.back());
        m_streams.pop_back();
        stream->touched = false;
        stream->finish(end);
        m_context.giveBack(std::move(stream));
    }
}

} // namespace postern
