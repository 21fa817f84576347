#include "gateway/admin/admin_response.h"

#include "gateway/admin/admin_source.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace postern {

namespace {

constexpr std::string_view jsonType = "application/json";
constexpr std::string_view metricsType = "text/plain; version=0.0.4; charset=utf-8";

std::string_view reasonPhrase(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 503:
        return "Service Unavailable";
    default:
        return status < 500 ? "Bad Request" : "Error";
    }
}

AdminResponse readiness(const AdminSource& source)
{
    switch (source.readiness()) {
    case Readiness::Ready:
        return {.body = "ready\n"};
    case Readiness::NotConfigured:
        return {.status = 503, .body = "not configured\n"};
    case Readiness::Draining:
        break;
    }
    return {.status = 503, .body = "draining\n"};
}

AdminResponse configuration(const AdminSource& source)
{
    std::string text = source.configuration();
    if (text.empty())
        return {.status = 503, .body = "not configured\n"};
    return {.type = jsonType, .body = std::move(text)};
}

AdminResponse version()
{
    const QJsonObject object{{QStringLiteral("version"), QStringLiteral(POSTERN_VERSION)},
                             {QStringLiteral("qt"), QString::fromLatin1(qVersion())}};
    return {.type = jsonType,
            .body = QJsonDocument(object).toJson(QJsonDocument::Compact).append('\n').toStdString()};
}

AdminResponse readOnly() { return {.status = 405, .body = "this listener is read-only\n"}; }

} // namespace

AdminResponse answerAdmin(const RequestHead& request, const AdminSource& source)
{
    if (request.method != Method::Get && request.method != Method::Head)
        return readOnly();
    const std::string_view path = request.target.path;
    if (path == "/healthz")
        return {.body = "ok\n"};
    if (path == "/readyz")
        return readiness(source);
    if (path == "/metrics")
        return {.type = metricsType, .body = source.metrics()};
    if (path == "/config")
        return configuration(source);
    if (path == "/version")
        return version();
    return {.status = 404, .body = "not found\n"};
}

AdminResponse refuseAdmin(Refusal refusal)
{
    if (refusal == Refusal::MethodRefused) // CONNECT, TRACE: to the parser a feature that is missing
        return readOnly();
    return {.status = refusalStatus(refusal), .body = std::string(refusalDetail(refusal)) + '\n'};
}

std::string renderAdmin(const AdminResponse& response, bool withBody, bool keepAlive)
{
    std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' ';
    out += reasonPhrase(response.status);
    out += "\r\nContent-Type: ";
    out += response.type;
    out += "\r\nContent-Length: " + std::to_string(response.body.size());
    if (response.status == 405)
        out += "\r\nAllow: GET, HEAD";
    out += "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
    if (!keepAlive)
        out += "Connection: close\r\n";
    out += "\r\n";
    if (withBody)
        out += response.body;
    return out;
}

} // namespace postern
