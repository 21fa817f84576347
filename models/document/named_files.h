#pragma once

#include "models/schema/record_description.h"

namespace postern {

/// Calls \a visit for each file that a normalised config names, with its path in the config; what it returns
/// stands in the file's place in the result.
[[nodiscard]] QJsonObject
mapFiles(const RecordDescription& record, const QJsonObject& config, const QString& path,
         const std::function<QString(const QString& file, const QString& path)>& visit);

} // namespace postern
