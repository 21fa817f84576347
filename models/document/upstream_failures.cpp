#include "models/document/upstream_failures.h"

#include <algorithm>

namespace postern {

using namespace std::chrono_literals;

namespace {

constexpr Choice<HealthCheckType> healthCheckTypes[] = {
    {"http", HealthCheckType::Http,
     "A GET of `path` that is answered with 2xx. What is meant where there is a path."},
    {"tcp", HealthCheckType::Tcp,
     "A connection, through TLS where the upstream has it. What is meant without a path."},
    {"grpc", HealthCheckType::Grpc,
     "gRPC's health protocol: the status of `service` is SERVING. For `h2c` and `h2`."},
};

const TextRule& grpcServiceRule()
{
    static const TextRule rule{QStringLiteral("invalid-name"),
                               QStringLiteral("a service such as shop.v1.Orders: at most 255 visible "
                                              "characters of ASCII"),
                               QStringLiteral("^[!-~]{0,255}$"), [](QStringView text) {
                                   return text.size() <= 255 &&
                                          std::all_of(text.begin(), text.end(), [](QChar c) {
                                              return c.unicode() > 0x20 && c.unicode() < 0x7f;
                                          });
                               }};
    return rule;
}

bool isRetryCondition(QStringView text)
{
    if (text == QLatin1String("connectFailure") || text == QLatin1String("reset"))
        return true;
    bool isNumber = false;
    const int status = text.size() == 3 ? text.toInt(&isNumber) : 0;
    return isNumber && status >= 400 && status <= 599;
}

const TextRule& retryCondition()
{
    static const TextRule rule{QStringLiteral("invalid-retry-condition"),
                               QStringLiteral("connectFailure, reset, or a status from 400 to 599 in quotes"),
                               QStringLiteral("^(connectFailure|reset|[45][0-9][0-9])$"), isRetryCondition};
    return rule;
}

void checkHealthCheck(const HealthCheck& check, RecordContext& context)
{
    const bool http = check.effectiveType() == HealthCheckType::Http;
    if (http && check.path.isEmpty())
        context.error(QStringLiteral("missing-field"), QStringLiteral("path"), QStringLiteral("nothing"),
                      QStringLiteral("path: what is asked for"));
    if (!http && !check.path.isEmpty())
        context.error(QStringLiteral("unused-field"), QStringLiteral("path"), check.path,
                      QStringLiteral("no path: it belongs to the type http"));
    if (check.effectiveType() == HealthCheckType::Tcp && !check.host.isEmpty())
        context.error(QStringLiteral("unused-field"), QStringLiteral("host"), check.host,
                      QStringLiteral("no host: it belongs to the types http and grpc"));
    if (check.effectiveType() != HealthCheckType::Grpc && !check.service.isEmpty())
        context.error(QStringLiteral("unused-field"), QStringLiteral("service"), check.service,
                      QStringLiteral("no service: it belongs to the type grpc"));
}

} // namespace

std::span<const Choice<HealthCheckType>> choicesOf(HealthCheckType) { return healthCheckTypes; }

const Record<Retries>& retriesRecord()
{
    static const auto instance =
        record<Retries>("retries",
                        "Second attempts, where the first provably did nothing or may be repeated.")
            .field("attempts", &Retries::attempts, "Attempts after the first.")
            .range(0, 10)
            .field("on", &Retries::on,
                   "What is tried again: connectFailure for any request, as nothing of it was sent; reset "
                   "(also an "
                   "attempt that took longer than perTryTimeout) or a status in quotes, only for methods "
                   "that are "
                   "idempotent, and with bodies of at most 64 KiB.")
            .items(1, 16)
            .unique()
            .matching(retryCondition())
            .field("budget", &Retries::budget,
                   "The most retries, as a share of the requests of the last ten seconds, counted by each "
                   "worker; "
                   "one a second is allowed whatever the share, none where it is 0.")
            .range(0, 100)
            .unit("%")
            .field("perTryTimeout", &Retries::perTryTimeout,
                   "How long one attempt may take until its response begins. The route's timeout bounds them "
                   "all.")
            .range(1ms, 1h);
    return instance;
}

const Record<HealthCheck>& healthCheckRecord()
{
    static const auto instance =
        record<HealthCheck>("healthCheck", "Asks each endpoint whether it is well, once for all workers.")
            .field("type", &HealthCheck::type, "How it is asked: http with a path, else tcp.")
            .field("path", &HealthCheck::path, "The path that is asked for.")
            .matching(text_rules::plainPath())
            .field("host", &HealthCheck::host,
                   "The Host that is asked for, instead of the endpoint's address.")
            .matching(text_rules::headerValue())
            .field("service", &HealthCheck::service,
                   "The gRPC service whose health is asked for. Without it, the server's as a whole.")
            .matching(grpcServiceRule())
            .field("interval", &HealthCheck::interval, "How often.")
            .range(100ms, 1h)
            .field("timeout", &HealthCheck::timeout, "How long an answer may take.")
            .range(1ms, 1min)
            .field("healthyAfter", &HealthCheck::healthyAfter,
                   "Good answers in a row until it gets requests.")
            .range(1, 100)
            .field("unhealthyAfter", &HealthCheck::unhealthyAfter, "Bad answers in a row until it gets none.")
            .range(1, 100)
            .check(checkHealthCheck);
    return instance;
}

const Record<OutlierDetection>& outlierDetectionRecord()
{
    static const auto instance =
        record<OutlierDetection>("outlierDetection",
                                 "Sets endpoints aside whose answers fail, for all workers.")
            .field("consecutiveErrors", &OutlierDetection::consecutiveErrors,
                   "Failures in a row until then: 5xx, resets, timeouts, no connection.")
            .range(1, 1000)
            .field(
                "baseEjection", &OutlierDetection::baseEjection,
                "How long at first; as much longer each time, up to 5m. Good times are forgotten likewise.")
            .range(1s, 1h)
            .field("maxEjected", &OutlierDetection::maxEjected,
                   "No more are set aside once this share is. The first may always go, unless it is 0.")
            .range(0, 100)
            .unit("%");
    return instance;
}

} // namespace postern
