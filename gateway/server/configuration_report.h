#pragma once

#include "models/document/effective_document.h"

#include <QDateTime>

#include <string>

namespace postern {

/// What `/config` tells of a configuration: {"api","hash","revision","loadedAt","spec","origins"}. Values of
/// fields that carry credentials are redacted; references to secrets are no secrets and stay.
[[nodiscard]] std::string reportConfiguration(const EffectiveDocument& document, const QDateTime& loadedAt);

/// The same value with what looks like a credential replaced: the values of header and field names such as
/// `Authorization`, `Cookie`, `X-Api-Key`, unless they are nothing but a `${variable}`.
[[nodiscard]] QJsonValue redacted(const QJsonValue& value);

/// Whether values of a header or field of this name are credentials.
[[nodiscard]] bool namesACredential(const QString& name);

} // namespace postern
