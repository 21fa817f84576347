#include "models/document/settings.h"

#include "models/schema/units.h"

namespace postern {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr Choice<ObjectiveType> objectiveTypes[] = {
    {"availability", ObjectiveType::Availability, "Responses of 500 to 599 are bad."},
    {"latency", ObjectiveType::Latency, "Good responses slower than the threshold are bad."},
};

void checkObjective(const Objective& objective, RecordContext& context)
{
    const bool latency = objective.type == ObjectiveType::Latency;
    if (latency && !objective.threshold)
        context.error(u"missing-field"_s, u"threshold"_s, u"nothing"_s,
                      u"threshold: how long a good response may take, such as 250ms"_s);
    if (!latency && objective.threshold)
        context.error(u"unused-field"_s, u"threshold"_s, formatDuration(*objective.threshold),
                      u"no threshold: it belongs to latency objectives"_s);
}

void checkDrain(const Drain& drain, RecordContext& context)
{
    if (drain.deadline <= drain.delay)
        context.error(u"conflicting-fields"_s, u"deadline"_s, formatDuration(drain.deadline),
                      u"longer than the delay of %1"_s.arg(formatDuration(drain.delay)));
}

const Record<OtlpExporter>& otlpRecord()
{
    static const auto instance = record<OtlpExporter>("otlp", "An OpenTelemetry collector.")
                                     .field("url", &OtlpExporter::url, "Its OTLP/HTTP address.")
                                     .required()
                                     .matching(text_rules::url());
    return instance;
}

} // namespace

std::span<const Choice<ObjectiveType>> choicesOf(ObjectiveType) { return objectiveTypes; }

const Record<Objective>& objectiveRecord()
{
    static const auto instance =
        record<Objective>("objective", "What the API promises.")
            .field("name", &Objective::name, "What the promise is called.")
            .required()
            .matching(text_rules::name())
            .field("type", &Objective::type, "Which requests are bad.")
            .required()
            .field("target", &Objective::target,
                   "The share of requests that are good. The rest is the error budget.")
            .required()
            .range(1, 99.9999)
            .unit("%")
            .field("threshold", &Objective::threshold,
                   "Of a latency objective: how long a good response may take.")
            .range(1ms, 1h)
            .field("window", &Objective::window, "Over which time the promise holds.")
            .range(1h, 24h * 90)
            .check(checkObjective);
    return instance;
}

const Record<Limits>& limitsRecord()
{
    static const auto instance =
        record<Limits>("limits", "What one client may cost, before any policy.")
            .field("headerBytes", &Limits::headerBytes, "The largest request head. Beyond it: 431.")
            .range(Bytes{1024}, Bytes{1024 * 1024})
            .field("headers", &Limits::headers, "The most header fields. Beyond it: 431.")
            .range(1, 1000)
            .field("uriBytes", &Limits::uriBytes, "The longest request target. Beyond it: 414.")
            .range(Bytes{64}, Bytes{64 * 1024})
            .field("headerTimeout", &Limits::headerTimeout,
                   "From a head's first byte to its last. Beyond it: 408.")
            .range(1ms, 10min)
            .field("bodyTimeout", &Limits::bodyTimeout, "Between two pieces of a body. Beyond it: 408.")
            .range(1ms, 10min)
            .field("idleTimeout", &Limits::idleTimeout,
                   "How long a connection may wait for its next request.")
            .range(1ms, 24h)
            .field("writeTimeout", &Limits::writeTimeout,
                   "How long a client may take no byte of its response.")
            .range(1ms, 1h)
            .field("minimumRate", &Limits::minimumRate,
                   "How many bytes a second a client must send of a body, or take of its response, on the "
                   "average over minimumRateGrace. A body that is slower: 408. 0B: no such limit.")
            .range(Bytes{0}, Bytes{1024 * 1024})
            .field("minimumRateGrace", &Limits::minimumRateGrace,
                   "How long a client may be slower than minimumRate, its pauses added up.")
            .range(1ms, 10min)
            .field("tunnelIdleTimeout", &Limits::tunnelIdleTimeout,
                   "How long a WebSocket may be silent in both directions. Beyond it: closed with 1001.")
            .range(1ms, 24h)
            .field("webSocketMessage", &Limits::webSocketMessage,
                   "The largest message of a WebSocket's client, as sent. Beyond it: closed with 1009.")
            .range(Bytes{125}, Bytes{1024ll * 1024 * 1024})
            .field("connections", &Limits::connections, "The most connections at once, over all workers.")
            .range(1, 1'000'000)
            .field("streams", &Limits::streams, "The most requests at once on one HTTP/2 connection.")
            .range(1, 10'000)
            .field(
                "resets", &Limits::resets,
                "The most resets, pings, settings and other frames without a request's progress at once on "
                "one HTTP/2 connection; a tenth is forgiven each second, and some with each answer. Beyond "
                "it: GOAWAY.")
            .range(10, 100'000);
    return instance;
}

const Record<Drain>& drainRecord()
{
    static const auto instance =
        record<Drain>("drain", "How the gateway goes when it is told to.")
            .field("delay", &Drain::delay,
                   "How long it is not ready, but still accepts, so that nobody is sent here.")
            .range(0ms, 10min)
            .field("deadline", &Drain::deadline, "When the last request is cut, counted from the signal.")
            .range(1ms, 1h)
            .check(checkDrain);
    return instance;
}

const Record<Admin>& adminRecord()
{
    static const auto instance =
        record<Admin>("admin", "The read-only listener for health, metrics and the running configuration.")
            .field("address", &Admin::address,
                   "IPv4:port or [IPv6]:port. A pod sets 0.0.0.0:9909 and a NetworkPolicy.")
            .matching(text_rules::listenAddress());
    return instance;
}

const Record<Tracing>& tracingRecord()
{
    static const auto instance =
        record<Tracing>("tracing", "Where traces go.")
            .field("otlp", &Tracing::otlp, "The collector.", otlpRecord())
            .required()
            .field("sample", &Tracing::sample, "The share of requests that are traced.")
            .range(0, 1);
    return instance;
}

} // namespace postern
