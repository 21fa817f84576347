#include "models/prometheus/call.h"

#include <QNetworkReply>

namespace postern {

PrometheusCall::PrometheusCall(QNetworkReply* reply, std::chrono::milliseconds deadline, qint64 maxBody,
                               QObject* context, Finished finished, QObject* parent)
    : QObject(parent), m_reply(reply), m_maxBody(maxBody), m_context(context), m_finished(std::move(finished))
{
    reply->setParent(this);
    // QNetworkReply would otherwise gather the whole body before its bound is looked at.
    reply->setReadBufferSize(1024 * 1024);
    connect(reply, &QNetworkReply::readyRead, this, &PrometheusCall::read);
    connect(reply, &QNetworkReply::finished, this, &PrometheusCall::replyFinished);
    connect(context, &QObject::destroyed, this, &PrometheusCall::cancel);
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this, deadline] {
        finish(failure(Error::environment(
            Error::Kind::TimedOut,
            QStringLiteral("Prometheus gave no whole answer within %1 ms").arg(deadline.count()))));
    });
    m_deadline.start(deadline);
}

PrometheusCall::~PrometheusCall() = default;

void PrometheusCall::cancel()
{
    m_context.clear();
    m_finished = nullptr;
    finish(0);
    deleteLater();
}

void PrometheusCall::read()
{
    if (m_done)
        return;
    m_body += m_reply->readAll();
    if (m_body.size() > m_maxBody) {
        Error error = Error::environment(
            Error::Kind::Exhausted, QStringLiteral("Prometheus' answer is over %1 bytes").arg(m_maxBody));
        error.retryable = false;
        finish(failure(std::move(error)));
    }
}

void PrometheusCall::replyFinished()
{
    if (m_done)
        return;
    read();
    if (m_done)
        return;
    const QVariant status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute);
    const auto code = m_reply->error();
    // From ContentAccessDenied on the server did answer; its body says why.
    const bool answered =
        status.isValid() && (code == QNetworkReply::NoError || code >= QNetworkReply::ContentAccessDenied ||
                             code == QNetworkReply::AuthenticationRequiredError);
    if (answered)
        finish(status.toInt());
    else
        finish(failure(networkError()));
}

Error PrometheusCall::networkError() const
{
    const auto code = m_reply->error();
    const bool timedOut = code == QNetworkReply::TimeoutError;
    // The words for a broken transfer are Qt's; the URL is left out, it may hold a name or a path of a bank.
    return Error::environment(timedOut ? Error::Kind::TimedOut : Error::Kind::Unavailable,
                              QStringLiteral("Prometheus is away: %1").arg(m_reply->errorString()));
}

void PrometheusCall::finish(Result<int> status)
{
    if (m_done)
        return;
    m_done = true;
    m_deadline.stop();
    // Deleting ends the transfer; abort() would report one error more where another is already on its way.
    if (m_reply) {
        m_reply->disconnect(this);
        m_reply->deleteLater();
    }
    if (m_context && m_finished)
        std::exchange(m_finished, nullptr)(std::move(status), std::move(m_body));
}

} // namespace postern
