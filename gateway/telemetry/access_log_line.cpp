#include "gateway/telemetry/access_log_line.h"

#include "gateway/telemetry/json_text.h"
#include "gateway/telemetry/metrics_layout.h"
#include "gateway/telemetry/text_tail.h"

#include <algorithm>
#include <array>
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

// Of a line, besides the texts of a request: its keys, numbers and time.
constexpr std::size_t longestFrame = 512;

std::string textMember(std::string_view key, std::string_view value)
{
    std::string member = ",\"";
    member.append(key).append("\":");
    appendJsonString(member, value);
    return member;
}

/// Writes members behind the first one of an object. \a key comes with all that surrounds it: `,"path":"`.
template<std::size_t Size>
void addText(TextTail& out, const char (&key)[Size], std::string_view value,
             std::size_t longest = longestText)
{
    if (value.empty())
        return;
    out << key;
    out.json(value.substr(0, longest));
    out << '"';
}

template<std::size_t Size>
void addNumber(TextTail& out, const char (&key)[Size], std::uint64_t value)
{
    out << key;
    out.number(value);
}

/// Milliseconds with three decimals, as the clock's microseconds are all a network knows.
template<std::size_t Size>
void addMilliseconds(TextTail& out, const char (&key)[Size], std::chrono::nanoseconds duration)
{
    const auto count = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    const auto microseconds = static_cast<std::uint64_t>(count < 0 ? 0 : count);
    out << key;
    out.number(microseconds / 1000);
    const std::uint64_t fraction = microseconds % 1000;
    out << '.' << static_cast<char>('0' + fraction / 100) << static_cast<char>('0' + fraction / 10 % 10)
        << static_cast<char>('0' + fraction % 10);
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

/// Decisions are rarely anything but "allow", so they may take the long way.
std::string decisionsOf(const RequestRecord& record, const MetricsLayout::Route& route)
{
    std::string decisions;
    for (const PolicyOutcome& outcome : record.policies) {
        if (outcome.kind == PolicyOutcome::Kind::Allow || outcome.policy >= route.policies.size())
            continue;
        const MetricsLayout::Policy& policy = route.policies[outcome.policy];
        decisions += decisions.empty() ? ",\"decisions\":{" : ",";
        appendJsonString(decisions, policy.name);
        decisions += ':';
        appendJsonString(decisions, decisionName(outcome, policy));
    }
    if (!decisions.empty())
        decisions += '}';
    return decisions;
}

/// What a request's own texts may come to.
std::size_t longestTexts(const RequestRecord& record, std::string_view path)
{
    const auto most = [](std::string_view text, std::size_t longest = longestText) {
        return std::min(text.size(), longest) * kMostJsonBytes;
    };
    return most(record.requestId) + most(record.listener) + most(record.method, longestMethod) +
           most(path, longestPath) + most(record.endpoint) + most(record.upstreamTls) + most(record.caller) +
           most(record.refusal) + most(record.traceId);
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

AccessLogTexts::AccessLogTexts(const MetricsLayout& names) : layout(names), api(textMember("api", names.api))
{
    for (const MetricsLayout::Route& route : names.routes)
        routes.push_back(api + textMember("route", route.name));
    routes.push_back(api + textMember("route", names.unmatched.name));
    for (const MetricsLayout::Upstream& upstream : names.upstreams)
        upstreams.push_back(textMember("upstream", upstream.name));
    end = (names.hash.empty() ? std::string() : textMember("hash", names.hash)) + "}\n";
}

void appendAccessLogLine(std::string& out, const RequestRecord& record, const AccessLogTexts& texts,
                         std::string_view time)
{
    static constexpr std::string_view none;
    const bool refused = !record.refusal.empty();
    const std::string_view path = record.path.substr(0, record.path.find_first_of("?#"));
    const std::string& route = texts.routes[std::min(record.route, texts.routes.size() - 1)];
    const std::string decisions = decisionsOf(record, texts.layout.route(record.route));
    const std::string_view upstream =
        record.upstream < texts.upstreams.size() ? texts.upstreams[record.upstream] : none;
    TextTail line(out, longestFrame + longestTexts(record, path) + route.size() + decisions.size() +
                           upstream.size() + texts.end.size());
    line << "{\"time\":\"" << time << '"';
    addText(line, ",\"request_id\":\"", record.requestId);
    line << std::string_view(refused ? texts.api : route);
    addText(line, ",\"listener\":\"", record.listener);
    addText(line, ",\"method\":\"", record.method, longestMethod);
    addText(line, ",\"path\":\"", path, longestPath);
    if (record.code > 0)
        addNumber(line, ",\"code\":", static_cast<std::uint64_t>(record.code));
    addNumber(line, ",\"bytes_in\":", record.bytesIn);
    addNumber(line, ",\"bytes_out\":", record.bytesOut);
    addMilliseconds(line, ",\"duration_ms\":", record.duration);
    line << upstream;
    addText(line, ",\"endpoint\":\"", record.endpoint);
    addText(line, ",\"upstream_tls\":\"", record.upstreamTls);
    if (record.attempts > 1)
        addNumber(line, ",\"attempts\":", static_cast<std::uint64_t>(record.attempts));
    if (record.upstreamDuration)
        addMilliseconds(line, ",\"upstream_ms\":", *record.upstreamDuration);
    addText(line, ",\"caller\":\"", record.caller);
    line << std::string_view(decisions);
    addText(line, ",\"ended\":\"", refused ? endName(RequestEnd::Refused) : endName(record.end));
    addText(line, ",\"reason\":\"", record.refusal);
    addText(line, ",\"trace_id\":\"", record.traceId);
    line << std::string_view(texts.end);
}

} // namespace postern
