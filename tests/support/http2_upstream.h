#pragma once

#include "tests/support/recording_upstream.h"

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <deque>
#include <map>

namespace postern::test {

using Http2Fields = std::vector<std::pair<std::string, std::string>>;

/// A frame as it came; of HEADERS the fields, its CONTINUATIONs taken in.
struct Http2TestFrame
{
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::int32_t stream = 0;
    std::string payload;
    Http2Fields fields;

    [[nodiscard]] bool endsStream() const { return (flags & NGHTTP2_FLAG_END_STREAM) != 0; }
};

/// A request as it reached the upstream over HTTP/2.
struct Http2TestRequest
{
    std::int32_t stream = 0;
    int connection = 0;
    Http2Fields fields;
    std::string body;
    Http2Fields trailers;

    [[nodiscard]] std::string field(std::string_view name) const; ///< empty where it is missing
    [[nodiscard]] std::size_t count(std::string_view name) const;
};

class Http2Upstream;

/// A server's end of one HTTP/2 connection, for a script to act on, frame by frame: right ones and wrong
/// ones. Blocking, on the connection's own thread. Window updates are kept account of in both directions.
class Http2Peer
{
public:
    Http2Peer(Http2Upstream& upstream, UpstreamPeer& peer);
    ~Http2Peer();
    Http2Peer(const Http2Peer&) = delete;
    Http2Peer& operator=(const Http2Peer&) = delete;

    /// The client's preface, and our SETTINGS (id, value). False when it did not come.
    bool greet(const std::vector<std::pair<std::uint16_t, std::uint32_t>>& settings = {});
    /// The next frame; nothing at the end. Acknowledges SETTINGS and PING, and nothing else.
    std::optional<Http2TestFrame> next();
    /// The next request that is complete, recorded; gives its window back. Nothing at the end.
    std::optional<Http2TestRequest> nextRequest();

    bool sendFrame(std::uint8_t type, std::uint8_t flags, std::int32_t stream, std::string_view payload);
    bool sendBytes(std::string_view bytes) { return m_peer.send(bytes); }
    bool sendHead(std::int32_t stream, const Http2Fields& fields, bool endsStream = false);
    /// In frames of at most 16 KiB, within the client's windows: waits for them.
    bool sendBody(std::int32_t stream, std::string_view bytes, bool endsStream);
    /// One frame, whatever the windows are.
    bool sendData(std::int32_t stream, std::string_view bytes, bool endsStream);
    bool sendReset(std::int32_t stream, std::uint32_t error);
    bool sendGoAway(std::int32_t last, std::uint32_t error);
    bool sendWindow(std::int32_t stream, std::uint32_t size);
    /// 200 and \a body.
    bool answer(std::int32_t stream, const std::string& body = "ok");
    void finishSending() { m_peer.finishSending(); }
    void close() { m_peer.close(); }
    void reset() { m_peer.reset(); }

    [[nodiscard]] int number() const { return m_peer.number(); }
    /// What may be sent on \a stream now.
    [[nodiscard]] std::int64_t window(std::int32_t stream) const;
    [[nodiscard]] std::int64_t connectionWindow() const { return m_connectionWindow; }
    [[nodiscard]] std::string encode(const Http2Fields& fields);

private:
    bool need(std::size_t size);
    std::optional<Http2TestFrame> read();
    void account(const Http2TestFrame& frame);
    [[nodiscard]] Http2Fields decode(std::string_view block);

    Http2Upstream& m_upstream;
    UpstreamPeer& m_peer;
    std::string m_input;
    std::deque<Http2TestFrame> m_queue; ///< that came while a window was waited for
    std::map<std::int32_t, Http2TestRequest> m_coming;
    std::map<std::int32_t, std::int64_t> m_spent; ///< of each stream's window
    std::int64_t m_firstWindow = 65535;
    std::int64_t m_connectionWindow = 65535;
    nghttp2_hd_inflater* m_inflater = nullptr;
    nghttp2_hd_deflater* m_deflater = nullptr;
};

/// A RecordingUpstream that speaks HTTP/2 with prior knowledge.
class Http2Upstream
{
public:
    using Script = std::function<void(Http2Peer&)>;

    /// Without a script: answers every request with 200 and a small body.
    explicit Http2Upstream(Script script = answering("ok"));

    static Script answering(std::string body);

    [[nodiscard]] quint16 port() const { return m_upstream.port(); }
    [[nodiscard]] int connections() const { return m_upstream.connections(); }
    [[nodiscard]] std::vector<Http2TestRequest> requests() const;
    /// Error codes of the RST_STREAM frames that came.
    [[nodiscard]] std::vector<std::uint32_t> resets() const;
    /// PINGs that came, and were acknowledged.
    [[nodiscard]] int pings() const { return m_pings; }
    /// Of the GOAWAY frames.
    [[nodiscard]] std::vector<std::uint32_t> goAways() const;

private:
    friend class Http2Peer;
    mutable std::mutex m_mutex;
    std::vector<Http2TestRequest> m_requests;
    std::vector<std::uint32_t> m_resets;
    std::vector<std::uint32_t> m_goAways;
    std::atomic<int> m_pings = 0;
    RecordingUpstream m_upstream; ///< last: its threads use the others
};

} // namespace postern::test
