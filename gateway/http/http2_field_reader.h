#pragma once

#include "gateway/http/arena.h"
#include "gateway/http/head_limits.h"
#include "gateway/http/headers.h"
#include "gateway/http/refusal.h"

#include <optional>
#include <string_view>

namespace postern {

/// Why a head that came over HTTP/2 is not taken.
struct Http2Fault
{
    Refusal refusal = Refusal::None;
    /// RFC 9113 §8.1.1: the stream is reset, and nothing in the head is believed. Otherwise it is answered.
    bool isMalformed = false;

    explicit operator bool() const { return refusal != Refusal::None; }
};

/// What heads and trailers of both directions share: limits, what names and values must look like (RFC 9113
/// §8.2), and a copy that outlives the frame. The first fault counts; after it nothing is kept. Owned by a
/// connection and reused, as its heads never mix; no memory of its own.
class Http2FieldReader
{
public:
    /// The fields' names and values as RFC 9113 §6.5.2 counts them.
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }

protected:
    /// \a out and \a arena stay as long as the head is read. \a out is cleared.
    void begin(Headers& out, Arena& arena, const HeadLimits& limits);
    /// Counts and checks; false: not to be looked at.
    [[nodiscard]] bool admit(HeaderId id, std::string_view name, std::string_view value);
    void store(HeaderId id, std::string_view name, std::string_view value);
    void refuse(Refusal refusal);
    void malformed(Refusal refusal);
    [[nodiscard]] const Http2Fault& fault() const { return m_fault; }
    [[nodiscard]] Arena& arena() { return *m_arena; }
    [[nodiscard]] const HeadLimits& limits() const { return m_limits; }
    [[nodiscard]] Headers& headers() { return *m_headers; }

    /// Several Cookie fields become one, as HTTP/1.1 and policies know it (RFC 9113 §8.2.3).
    void joinCookies();

private:
    Headers* m_headers = nullptr;
    Arena* m_arena = nullptr;
    HeadLimits m_limits;
    std::size_t m_bytes = 0;
    std::size_t m_crumbs = 0; ///< Cookie fields beyond the first, which count as one
    Http2Fault m_fault;
};

/// The fields after a body. Those that frame, route or authenticate may not stand there, as in a chunked
/// body's trailers.
class Http2TrailerReader : public Http2FieldReader
{
public:
    using Http2FieldReader::begin;
    void field(std::string_view name, std::string_view value);
    [[nodiscard]] Http2Fault end() const;
};

} // namespace postern
