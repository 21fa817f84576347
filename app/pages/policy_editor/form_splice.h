#pragma once

#include "models/document/yaml_edit.h"

namespace postern {

/// Puts \a value at \a path of \a edit, whatever kind it is and whatever stood there.
[[nodiscard]] Result<void> putValue(YamlEdit& edit, const QString& path, const Node& value);

} // namespace postern
