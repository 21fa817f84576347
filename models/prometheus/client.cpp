#include "models/prometheus/client.h"

#include "models/prometheus/call.h"
#include "models/prometheus/parse_thread.h"
#include "models/prometheus/reply_parser.h"

#include <QHostAddress>
#include <QNetworkReply>
#include <QSslConfiguration>
#include <QUrlQuery>

namespace postern {
namespace {

/// Above this an answer is parsed off the UI's thread: about half a millisecond of work.
constexpr qsizetype kInlineBytes = 64 * 1024;

bool isLoopback(const QUrl& url)
{
    return url.host() == QLatin1String("localhost") || QHostAddress(url.host()).isLoopback();
}

/// Unix seconds with milliseconds, as the API wants them.
QString unixSeconds(Clock::Wall at)
{
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
    return QString::number(static_cast<double>(ms) / 1000.0, 'f', 3);
}

/// A form, not a URL: queries may be longer than servers take in a target.
QByteArray form(const std::vector<std::pair<QString, QString>>& fields)
{
    QByteArray body;
    for (const auto& [name, value] : fields) {
        if (!body.isEmpty())
            body += '&';
        body += QUrl::toPercentEncoding(name) + '=' + QUrl::toPercentEncoding(value);
    }
    return body;
}

} // namespace

Result<std::unique_ptr<PrometheusClient>> PrometheusClient::create(const PrometheusEndpoint& endpoint)
{
    const QString scheme = endpoint.url.scheme();
    const bool https = scheme == QLatin1String("https");
    if (!endpoint.url.isValid() || endpoint.url.host().isEmpty() ||
        (!https && scheme != QLatin1String("http")))
        return failure(Error::invalid(QStringLiteral("Prometheus' URL \"%1\" is no http or https address")
                                          .arg(endpoint.url.toDisplayString())));
    if (!endpoint.url.userInfo().isEmpty())
        return failure(Error::invalid(
            QStringLiteral("Prometheus' URL holds a password: give user and password apart from it")));
    const bool secret = !endpoint.bearerToken.isEmpty() || !endpoint.user.isEmpty();
    if (secret && !https && !isLoopback(endpoint.url))
        return failure(Error::invalid(
            QStringLiteral("credentials for Prometheus at %1 would travel in clear text: use https")
                .arg(endpoint.url.host())));
    return std::unique_ptr<PrometheusClient>(new PrometheusClient(endpoint));
}

PrometheusClient::PrometheusClient(const PrometheusEndpoint& endpoint)
    : m_endpoint(endpoint), m_parser(std::make_unique<ParseThread>())
{
    // A redirect to another origin would carry the credentials there.
    m_network.setRedirectPolicy(QNetworkRequest::SameOriginRedirectPolicy);
    m_network.setAutoDeleteReplies(false);
}

PrometheusClient::~PrometheusClient() = default;

QNetworkRequest PrometheusClient::request(const QString& path) const
{
    QUrl url = m_endpoint.url;
    QString root = url.path();
    while (root.endsWith(QLatin1Char('/')))
        root.chop(1);
    url.setPath(root + path);
    url.setQuery(QString());
    QNetworkRequest request(url);
    request.setRawHeader("Accept", "application/json");
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    if (!m_endpoint.bearerToken.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + m_endpoint.bearerToken);
    else if (!m_endpoint.user.isEmpty())
        request.setRawHeader(
            "Authorization",
            "Basic " + (m_endpoint.user + QLatin1Char(':') + m_endpoint.password).toUtf8().toBase64());
    if (!m_endpoint.authorities.isEmpty()) {
        QSslConfiguration tls = request.sslConfiguration();
        tls.setCaCertificates(m_endpoint.authorities);
        request.setSslConfiguration(tls);
    }
    return request;
}

template<typename Value, typename Handler>
PrometheusCall* PrometheusClient::start(QNetworkReply* reply, QObject* context, Handler handler,
                                        Parse<Value> parse)
{
    // Known to its own end only once it is made.
    auto self = std::make_shared<QPointer<PrometheusCall>>();
    const auto finished = [this, self, handler, parse](const Result<int>& status, const QByteArray& body) {
        if (status && body.size() > kInlineBytes)
            return parseAside<Value>(*self, *status, body, handler, parse);
        (*self)->deleteLater();
        if (status)
            handler(parse(*status, body));
        else
            handler(failure(status.error()));
    };
    auto* call = new PrometheusCall(reply, m_endpoint.deadline, m_endpoint.maxBody, context, finished, this);
    *self = call;
    return call;
}

template<typename Value, typename Handler>
void PrometheusClient::parseAside(PrometheusCall* call, int status, const QByteArray& body, Handler handler,
                                  Parse<Value> parse)
{
    using Shared = std::shared_ptr<Result<Value>>;
    const auto job = [parse, body, status]() -> std::any {
        return std::make_shared<Result<Value>>(parse(status, body));
    };
    m_parser->run(job, [call = QPointer(call), handler](const std::any& result) {
        if (!call || !call->isWanted())
            return;
        call->deleteLater();
        handler(std::move(*std::any_cast<const Shared&>(result)));
    });
}

PrometheusCall* PrometheusClient::query(const QString& promql, std::optional<Clock::Wall> at, QObject* context,
                                        QueryHandler handler)
{
    QNetworkRequest post = request(QStringLiteral("/api/v1/query"));
    post.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/x-www-form-urlencoded"));
    std::vector<std::pair<QString, QString>> fields{{QStringLiteral("query"), promql}};
    if (at)
        fields.emplace_back(QStringLiteral("time"), unixSeconds(*at));
    return start<PrometheusAnswer>(m_network.post(post, form(fields)), context, std::move(handler),
                                   parseQueryReply);
}

PrometheusCall* PrometheusClient::queryRange(const QString& promql, Clock::Wall start, Clock::Wall end,
                                             std::chrono::seconds step, QObject* context,
                                             QueryHandler handler)
{
    QNetworkRequest post = request(QStringLiteral("/api/v1/query_range"));
    post.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/x-www-form-urlencoded"));
    const QByteArray body = form({{QStringLiteral("query"), promql},
                                  {QStringLiteral("start"), unixSeconds(start)},
                                  {QStringLiteral("end"), unixSeconds(end)},
                                  {QStringLiteral("step"), QString::number(step.count())}});
    return this->start<PrometheusAnswer>(m_network.post(post, body), context, std::move(handler),
                                         parseQueryReply);
}

PrometheusCall* PrometheusClient::targets(QObject* context, TargetsHandler handler)
{
    QNetworkRequest get = request(QStringLiteral("/api/v1/targets"));
    QUrl url = get.url();
    url.setQuery(QStringLiteral("state=active"));
    get.setUrl(url);
    return start<std::vector<PrometheusTarget>>(m_network.get(get), context, std::move(handler),
                                                parseTargetsReply);
}

} // namespace postern
