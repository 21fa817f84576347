#pragma once

#include "gateway/proxy/snapshot.h"
#include "gateway/upstream/dns_answers.h"
#include "gateway/upstream/names_ahead.h"
#include "models/base/clock.h"
#include "models/schema/finding.h"

#include <QMap>

#include <vector>

namespace postern {

struct EffectiveDocument;

// What is known of the names of upstreams, and how it goes on from one configuration or process to the next,
// so that neither begins without endpoints. On the control thread.

/// What the endpoints of a running configuration are.
[[nodiscard]] DnsAnswers answersOf(const Snapshot& snapshot);
/// To the upstreams of a snapshot that nobody uses yet; what has endpoints keeps them.
void seedNames(const Snapshot& snapshot, const DnsAnswers& answers, Clock::Steady now);

/// What \a next asks, and \a running does not.
[[nodiscard]] std::vector<DnsResolver::Question> newNames(const EffectiveDocument& running,
                                                          const EffectiveDocument& next);
[[nodiscard]] std::vector<Finding> findingsOf(const std::vector<NamesAhead::Missing>& missing,
                                              const EffectiveDocument& document);

/// As parts of a HandoverParcel's state.
void putNames(const DnsAnswers& answers, QMap<QString, QByteArray>& state);
/// \returns what can be read of them; a successor looks up the rest anyhow.
[[nodiscard]] DnsAnswers namesIn(const QMap<QString, QByteArray>& state);

} // namespace postern
