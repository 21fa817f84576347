#pragma once

#include "models/base/result.h"

#include <QByteArray>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include <functional>

class QNetworkReply;

namespace postern {

/// One HTTP exchange with a Prometheus: gathers the body within its bound and its deadline.
/// Owner: the client, which deletes it once its answer is delivered or it was cancelled. Thread: the
/// client's.
class PrometheusCall final : public QObject
{
    Q_OBJECT
public:
    /// \a finished gets the HTTP status and the whole body, or why there is none.
    using Finished = std::function<void(Result<int> status, QByteArray body)>;

    PrometheusCall(QNetworkReply* reply, std::chrono::milliseconds deadline, qint64 maxBody, QObject* context,
                   Finished finished, QObject* parent);
    ~PrometheusCall() override;

    /// Nothing is delivered any more, also while the answer is being parsed.
    void cancel();
    /// False once cancelled, or when whoever asked is gone.
    [[nodiscard]] bool isWanted() const { return !m_context.isNull(); }

private:
    void read();
    void replyFinished();
    void finish(Result<int> status);
    [[nodiscard]] Error networkError() const;

    QPointer<QNetworkReply> m_reply;
    QTimer m_deadline;
    qint64 m_maxBody;
    QPointer<QObject> m_context;
    Finished m_finished;
    QByteArray m_body;
    bool m_done = false;
};

} // namespace postern
