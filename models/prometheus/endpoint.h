#pragma once

#include <QByteArray>
#include <QList>
#include <QSslCertificate>
#include <QString>
#include <QUrl>

#include <chrono>

namespace postern {

/// Where a Prometheus is and how one is let in.
struct PrometheusEndpoint
{
    QUrl url;               ///< its root; a path prefix is kept: https://host/prometheus
    QByteArray bearerToken; ///< sent over https or to loopback alone; never logged
    QString user;           ///< basic authentication, when no token is set; under the same rule
    QString password;
    QList<QSslCertificate> authorities; ///< trusted instead of the system's, when not empty

    std::chrono::milliseconds deadline{30'000}; ///< for one whole answer
    qint64 maxBody = 64 * 1024 * 1024;          ///< of one answer, unpacked
};

} // namespace postern
