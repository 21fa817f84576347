#pragma once

#include "gateway/telemetry/request_record.h"

#include <string>
#include <string_view>
#include <vector>

namespace postern {

struct MetricsLayout;

/// What a configuration says in its lines, spelled as JSON once. Made with a configuration; immutable.
struct AccessLogTexts
{
    explicit AccessLogTexts(const MetricsLayout& names);

    const MetricsLayout& layout;        ///< outlives this
    std::string api;                    ///< `,"api":"payments/accounts"`
    std::vector<std::string> routes;    ///< api and route, the one for no route last
    std::vector<std::string> upstreams; ///< `,"upstream":"app"`
    std::string end;                    ///< the hash, and the line's end
};

/// RFC 3339, UTC, milliseconds: `2026-01-31T08:15:30.123Z`. Keeps the last second's spelling, as almost every
/// line shares it with the one before. One thread.
class TimeStamp
{
public:
    /// Valid until the next call.
    [[nodiscard]] std::string_view text(Clock::Wall time);

private:
    std::int64_t m_second = -1;
    std::string m_text;
};

/// Appends one line of the access log, as CONTRACT has it, line end included. \a time: record.time as text.
/// Long texts are cut, so that a line is bounded whatever a client sends.
void appendAccessLogLine(std::string& out, const RequestRecord& record, const AccessLogTexts& texts,
                         std::string_view time);

} // namespace postern
