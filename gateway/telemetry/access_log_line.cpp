#include "gateway/telemetry/access_log_line.h"

#include "gateway/telemetry/json_text.h"
#include "gateway/telemetry/metrics_layout.h"

#include <array>
#include <charconv>
#include <ctime>

namespace postern {

namespace {

constexpr std::size_t longestPath = 8192;
constexpr std::size_t longestText = 1024;
constexpr std::size_t longestMethod = 32;

std::string_view endName(RequestEnd end)
{
    static constexpr std::array<std::string_view, 7> names{
        "complete", "timeout", "upstream_refused", "upstream_reset", "client_gone", "refused", "drained"};
    return names[static_cast<std::size_t>(end)];
}

/// Keys are ours and need no escaping.
void appendKey(std::string& out, std::string_view key)
{
    out += out.back() == '{' ? "\"" : ",\"";
    out += key;
    out += "\":";
}

void appendText(std::string& out, std::string_view key, std::string_view value,
                std::size_t longest = longestText)
{
    if (value.empty())
        return;
    appendKey(out, key);
    appendJsonString(out, value.substr(0, longest));
}

void appendDigits(std::string& out, std::uint64_t value)
{
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

void appendNumber(std::string& out, std::string_view key, std::uint64_t value)
{
    appendKey(out, key);
    appendDigits(out, value);
}

/// Milliseconds with three decimals, as the clock's microseconds are all a network knows.
void appendMilliseconds(std::string& out, std::string_view key, std::chrono::nanoseconds duration)
{
    const auto count = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    const auto microseconds = static_cast<std::uint64_t>(count < 0 ? 0 : count);
    appendKey(out, key);
    appendDigits(out, microseconds / 1000);
    const std::uint64_t fraction = microseconds % 1000;
    out += '.';
    out += static_cast<char>('0' + fraction / 100);
    out += static_cast<char>('0' + fraction / 10 % 10);
    out += static_cast<char>('0' + fraction % 10);
}

/// What a reader wants to know of a policy's decision; empty where it let the request pass.
std::string_view decisionName(const PolicyOutcome& outcome, const MetricsLayout::Policy& policy)
{
    switch (outcome.kind) {
    case PolicyOutcome::Kind::Allow:
        return {};
    case PolicyOutcome::Kind::Deny:
        return policy.mode == "shadow" ? "shadow-deny" : "deny";
    case PolicyOutcome::Kind::Error:
        break;
    }
    return "error";
}

void appendDecisions(std::string& out, const RequestRecord& record, const MetricsLayout::Route& route)
{
    bool open = false;
    for (const PolicyOutcome& outcome : record.policies) {
        if (outcome.policy >= route.policies.size())
            continue;
        const MetricsLayout::Policy& policy = route.policies[outcome.policy];
        const std::string_view decision = decisionName(outcome, policy);
        if (decision.empty())
            continue;
        if (!open) {
            appendKey(out, "decisions");
            out += '{';
            open = true;
        }
        if (out.back() != '{')
            out += ',';
        appendJsonString(out, policy.name);
        out += ':';
        appendJsonString(out, decision);
    }
    if (open)
        out += '}';
}

} // namespace

std::string_view TimeStamp::text(Clock::Wall time)
{
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    const std::int64_t second = milliseconds / 1000;
    if (second != m_second) {
        m_second = second;
        const auto seconds = static_cast<std::time_t>(second);
        std::tm parts{};
        gmtime_r(&seconds, &parts);
        m_text.resize(32);
        m_text.resize(std::strftime(m_text.data(), m_text.size(), "%Y-%m-%dT%H:%M:%S.000Z", &parts));
    }
    const auto fraction = static_cast<unsigned>(milliseconds % 1000);
    const std::size_t at = m_text.size() - 4;
    m_text[at] = static_cast<char>('0' + fraction / 100);
    m_text[at + 1] = static_cast<char>('0' + fraction / 10 % 10);
    m_text[at + 2] = static_cast<char>('0' + fraction % 10);
    return m_text;
}

void appendAccessLogLine(std::string& out, const RequestRecord& record, const MetricsLayout& layout,
                         std::string_view time)
{
    const bool refused = !record.refusal.empty();
    const MetricsLayout::Route& route = layout.route(record.route);
    out += '{';
    appendText(out, "time", time);
    appendText(out, "request_id", record.requestId);
    appendText(out, "api", layout.api);
    appendText(out, "route", refused ? std::string_view() : std::string_view(route.name));
    appendText(out, "listener", record.listener);
    appendText(out, "method", record.method, longestMethod);
    appendText(out, "path", record.path.substr(0, record.path.find_first_of("?#")), longestPath);
    if (record.code > 0)
        appendNumber(out, "code", static_cast<std::uint64_t>(record.code));
    appendNumber(out, "bytes_in", record.bytesIn);
    appendNumber(out, "bytes_out", record.bytesOut);
    appendMilliseconds(out, "duration_ms", record.duration);
    if (record.upstream < layout.upstreams.size())
        appendText(out, "upstream", layout.upstreams[record.upstream].name);
    appendText(out, "endpoint", record.endpoint);
    if (record.attempts > 1)
        appendNumber(out, "attempts", static_cast<std::uint64_t>(record.attempts));
    if (record.upstreamDuration)
        appendMilliseconds(out, "upstream_ms", *record.upstreamDuration);
    appendText(out, "caller", record.caller);
    appendDecisions(out, record, route);
    appendText(out, "ended", refused ? endName(RequestEnd::Refused) : endName(record.end));
    appendText(out, "reason", record.refusal);
    appendText(out, "trace_id", record.traceId);
    appendText(out, "hash", layout.hash);
    out += "}\n";
}

} // namespace postern
