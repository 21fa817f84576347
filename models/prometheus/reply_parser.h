#pragma once

#include "models/base/result.h"
#include "models/prometheus/answer.h"
#include "models/prometheus/target.h"

#include <QByteArray>

namespace postern {

/// Reads a reply of the HTTP API (prometheus.io/docs/prometheus/latest/querying/api). Pure: any thread.
///
/// \a httpStatus decides how a reply that is no JSON is told: a proxy's 502 page is `Unavailable`, a
/// truncated 200 is `Invalid`. Errors carry Prometheus' `errorType` and message.
[[nodiscard]] Result<PrometheusAnswer> parseQueryReply(int httpStatus, const QByteArray& body);
[[nodiscard]] Result<std::vector<PrometheusTarget>> parseTargetsReply(int httpStatus, const QByteArray& body);

} // namespace postern
