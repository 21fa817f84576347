#include "models/prometheus/reply_parser.h"

#include "models/prometheus/promql.h"

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace postern {
namespace {

namespace json = simdjson::dom;

QString text(std::string_view view)
{
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

QString textAt(const json::object& object, std::string_view key)
{
    std::string_view value;
    return object[key].get(value) == simdjson::SUCCESS ? text(value) : QString();
}

Error malformed(const QString& what)
{
    Error error = Error::invalid(QStringLiteral("Prometheus' answer makes no sense: %1").arg(what));
    error.fault = Error::Fault::Upstream;
    error.retryable = true;
    return error;
}

/// prometheus.io/docs/prometheus/latest/querying/api: 400 bad parameters, 422 not executable, 503 timeout or
/// abort; anything else is of whatever stands between.
Error::Kind kindOf(int status, const QString& type, const QString& message)
{
    if (status == 401 || status == 403)
        return Error::Kind::Denied;
    if (status == 404)
        return Error::Kind::NotFound;
    if (type == QLatin1String("timeout") || status == 408 || status == 504)
        return Error::Kind::TimedOut;
    if (status == 413 || status == 429 || message.contains(QLatin1String("too many samples")) ||
        message.contains(QLatin1String("maximum resolution")))
        return Error::Kind::Exhausted;
    return status >= 500 ? Error::Kind::Unavailable : Error::Kind::Invalid;
}

Error refused(int status, const QString& type, const QString& message)
{
    const Error::Kind kind = kindOf(status, type, message);
    QString words = QStringLiteral("Prometheus answered %1").arg(status);
    if (!type.isEmpty())
        words += QStringLiteral(" %1").arg(type);
    if (!message.isEmpty())
        words += QStringLiteral(": %1").arg(message);
    Error error = Error::environment(kind, words);
    error.fault = kind == Error::Kind::Unavailable || kind == Error::Kind::TimedOut
                      ? Error::Fault::Environment
                      : Error::Fault::Upstream;
    error.retryable = kind == Error::Kind::Unavailable || kind == Error::Kind::TimedOut;
    return error;
}

/// The envelope: `{"status":"success","data":…,"warnings":[…]}`. \a data is set on success.
Result<QStringList> openEnvelope(json::parser& parser, int status, const QByteArray& body,
                                 json::element& data)
{
    json::object envelope;
    const auto parsed = parser.parse(body.constData(), static_cast<std::size_t>(body.size()));
    if (parsed.get(envelope) != simdjson::SUCCESS) {
        if (status < 200 || status > 299)
            return failure(refused(status, {}, {}));
        return failure(malformed(QStringLiteral("%1 bytes that are no JSON object").arg(body.size())));
    }
    if (textAt(envelope, "status") != QLatin1String("success"))
        return failure(refused(status, textAt(envelope, "errorType"), textAt(envelope, "error")));
    if (envelope["data"].get(data) != simdjson::SUCCESS)
        return failure(malformed(QStringLiteral("no data")));
    QStringList warnings;
    json::array list;
    if (envelope["warnings"].get(list) == simdjson::SUCCESS) {
        for (const json::element warning : list) {
            std::string_view words;
            if (warning.get(words) == simdjson::SUCCESS)
                warnings.append(text(words));
        }
    }
    return warnings;
}

/// Sample values are strings: a number, `NaN`, `+Inf` or `-Inf`.
bool readValue(std::string_view words, double& value)
{
    if (!words.empty() && words.front() == '+')
        words.remove_prefix(1);
    const auto [end, fault] = std::from_chars(words.data(), words.data() + words.size(), value);
    return fault == std::errc() && end == words.data() + words.size();
}

/// `[<unix seconds>, "<value>"]`
bool readPoint(const json::element& element, PrometheusPoint& point)
{
    json::array pair;
    double seconds = 0.0;
    std::string_view value;
    if (element.get(pair) != simdjson::SUCCESS || pair.size() != 2 ||
        pair.at(0).get(seconds) != simdjson::SUCCESS || pair.at(1).get(value) != simdjson::SUCCESS)
        return false;
    // Beyond ± 292 years a nanosecond clock overflows; no server means such a moment.
    if (!(std::abs(seconds) < 9e9))
        return false;
    point.at = Clock::Wall(std::chrono::milliseconds(std::llround(seconds * 1000.0)));
    return readValue(value, point.value);
}

bool readLabels(const json::object& series, PrometheusLabels& labels)
{
    json::object metric;
    if (series["metric"].get(metric) != simdjson::SUCCESS)
        return false;
    labels.pairs.reserve(metric.size());
    for (const auto field : metric) {
        std::string_view value;
        if (field.value.get(value) != simdjson::SUCCESS)
            return false;
        labels.pairs.emplace_back(text(field.key), text(value));
    }
    return true;
}

bool readSeries(const json::element& element, PrometheusSeries& series)
{
    json::object object;
    if (element.get(object) != simdjson::SUCCESS || !readLabels(object, series.labels))
        return false;
    json::element value;
    if (object["value"].get(value) == simdjson::SUCCESS)
        return readPoint(value, series.points.emplace_back());
    json::array values;
    if (object["values"].get(values) != simdjson::SUCCESS)
        return false;
    series.points.reserve(values.size());
    for (const json::element point : values) {
        if (!readPoint(point, series.points.emplace_back()))
            return false;
    }
    return true;
}

bool isHistogram(const json::element& element)
{
    return element["histogram"].error() == simdjson::SUCCESS ||
           element["histograms"].error() == simdjson::SUCCESS;
}

Result<PrometheusAnswer> readVector(const json::array& result, PrometheusAnswer answer)
{
    answer.series.reserve(result.size());
    for (const json::element element : result) {
        // Native histograms have no single value; the gateway exposes none.
        if (isHistogram(element)) {
            answer.warnings.append(QStringLiteral("a native histogram was left out"));
            continue;
        }
        if (!readSeries(element, answer.series.emplace_back()))
            return failure(malformed(QStringLiteral("series %1").arg(answer.series.size())));
    }
    return answer;
}

} // namespace

Result<PrometheusAnswer> parseQueryReply(int httpStatus, const QByteArray& body)
{
    json::parser parser;
    json::element data;
    auto warnings = openEnvelope(parser, httpStatus, body, data);
    if (!warnings)
        return failure(warnings.error());
    PrometheusAnswer answer;
    answer.warnings = std::move(*warnings);
    json::array result;
    std::string_view type;
    if (data["resultType"].get(type) != simdjson::SUCCESS || data["result"].get(result) != simdjson::SUCCESS)
        return failure(malformed(QStringLiteral("no result")));
    if (type == "vector" || type == "matrix")
        return readVector(result, std::move(answer));
    if (type != "scalar")
        return failure(malformed(QStringLiteral("a result of type %1").arg(text(type))));
    json::element scalar;
    PrometheusSeries series;
    if (data["result"].get(scalar) != simdjson::SUCCESS || !readPoint(scalar, series.points.emplace_back()))
        return failure(malformed(QStringLiteral("the scalar")));
    answer.series.push_back(std::move(series));
    return answer;
}

Result<std::vector<PrometheusTarget>> parseTargetsReply(int httpStatus, const QByteArray& body)
{
    json::parser parser;
    json::element data;
    const auto warnings = openEnvelope(parser, httpStatus, body, data);
    if (!warnings)
        return failure(warnings.error());
    json::array active;
    if (data["activeTargets"].get(active) != simdjson::SUCCESS)
        return failure(malformed(QStringLiteral("no activeTargets")));
    std::vector<PrometheusTarget> targets;
    targets.reserve(active.size());
    for (const json::element element : active) {
        json::object target;
        json::object labels;
        if (element.get(target) != simdjson::SUCCESS || target["labels"].get(labels) != simdjson::SUCCESS)
            return failure(malformed(QStringLiteral("target %1").arg(targets.size() + 1)));
        targets.push_back({.job = textAt(labels, "job"),
                           .instance = textAt(labels, "instance"),
                           .health = textAt(target, "health"),
                           .lastError = textAt(target, "lastError"),
                           .scrapeInterval = promql::parseDuration(textAt(target, "scrapeInterval"))
                                                 .value_or(std::chrono::milliseconds(0))});
    }
    return targets;
}

} // namespace postern
