#pragma once

#include "tests/support/raw_client.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct nghttp2_hd_inflater;

namespace postern::test {

using Http2Fields = std::vector<std::pair<std::string, std::string>>;

/// What came on one stream.
struct Http2Answer
{
    int status = 0; ///< 0: none came
    Http2Fields headers;
    std::string body;
    Http2Fields trailers;
    std::vector<Http2Fields> interims;
    bool complete = false;              ///< END_STREAM
    std::optional<std::uint32_t> reset; ///< RST_STREAM's code

    [[nodiscard]] std::string header(std::string_view name) const;
    [[nodiscard]] std::string trailer(std::string_view name) const;
};

struct Http2GoAway
{
    std::uint32_t error = 0;
    std::uint32_t lastStream = 0;
    int count = 0; ///< how many came; the others are of the latest
};

/// A client of HTTP/2 that sends exactly the frames a test wants, wrong ones too, and understands whatever
/// comes back. Acknowledges SETTINGS and opens windows by itself unless told not to. Blocking, as RawClient.
class Http2Client
{
public:
    enum Flags : unsigned char { kEndStream = 1, kAck = 1, kEndHeaders = 4, kPadded = 8 };
    enum Types : unsigned char {
        kData,
        kHeaders,
        kPriority,
        kReset,
        kSettings,
        kPushPromise,
        kPing,
        kGoAway,
        kWindowUpdate,
        kContinuation
    };
    enum class Windows { Open, Closed };

    /// Sends the preface and \a settings, an empty SETTINGS frame by default.
    explicit Http2Client(quint16 port, Windows windows = Windows::Open, const std::string& settings = {});
    ~Http2Client();

    [[nodiscard]] static std::string frame(unsigned type, unsigned flags, std::uint32_t stream,
                                           std::string_view payload = {});
    [[nodiscard]] static std::string number(std::uint32_t value); ///< four bytes
    /// One entry of a SETTINGS frame.
    [[nodiscard]] static std::string setting(unsigned id, std::uint32_t value);
    /// HPACK: literals without indexing or Huffman, so any bytes at all.
    [[nodiscard]] static std::string block(const Http2Fields& fields);
    [[nodiscard]] static Http2Fields get(const std::string& path = "/", const Http2Fields& more = {});
    [[nodiscard]] static Http2Fields post(const std::string& path = "/", const Http2Fields& more = {});
    [[nodiscard]] static std::string headers(std::uint32_t stream, const Http2Fields& fields,
                                             bool end = true);
    [[nodiscard]] static std::string data(std::uint32_t stream, std::string_view bytes, bool end = true);

    bool send(std::string_view bytes) { return m_client.send(bytes); }
    /// Sends a request on the next stream. \returns the stream.
    std::uint32_t request(const Http2Fields& fields, bool end = true);
    std::uint32_t request(const Http2Fields& fields, std::string_view body);

    /// Reads until the stream has ended, or the connection.
    Http2Answer answer(std::uint32_t stream);
    /// request() and answer().
    Http2Answer ask(const Http2Fields& fields, std::string_view body = {});
    /// Reads one frame; false at the connection's end.
    bool readFrame();
    /// Reads until \a count bytes of a stream's body are there, or it or the connection ended.
    Http2Answer& readBody(std::uint32_t stream, std::size_t count);
    /// Reads until the final head is there, or the stream or the connection ended.
    Http2Answer& readHead(std::uint32_t stream);
    /// Reads until a GOAWAY came, or the connection's end.
    std::optional<Http2GoAway> goAway(int count = 1);
    /// Reads to the connection's end. False when it was reset.
    bool readToEnd();
    /// A PING and its answer: the server has seen all that was sent before.
    bool roundTrip();

    [[nodiscard]] const std::map<std::uint32_t, std::uint32_t>& serverSettings() const { return m_settings; }
    [[nodiscard]] std::uint64_t windowUpdates(std::uint32_t stream) { return m_windowUpdates[stream]; }
    [[nodiscard]] Http2Answer& stream(std::uint32_t stream) { return m_streams[stream]; }
    [[nodiscard]] RawClient& raw() { return m_client; }

private:
    bool fill(std::size_t count);
    void take(unsigned type, unsigned flags, std::uint32_t stream, const std::string& payload);
    void takeHeaders(unsigned flags, std::uint32_t stream);
    [[nodiscard]] Http2Fields inflate(std::string_view block);

    struct Delete
    {
        void operator()(nghttp2_hd_inflater* inflater) const;
    };

    RawClient m_client;
    Windows m_windows;
    std::string m_input;
    std::unique_ptr<nghttp2_hd_inflater, Delete> m_inflater;
    std::map<std::uint32_t, Http2Answer> m_streams;
    std::map<std::uint32_t, std::uint32_t> m_settings;
    std::map<std::uint32_t, std::uint64_t> m_windowUpdates;
    std::string m_block;
    std::optional<Http2GoAway> m_goAway;
    std::uint32_t m_nextStream = 1;
    int m_pongs = 0;
};

} // namespace postern::test
