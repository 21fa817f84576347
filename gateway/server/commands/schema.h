#pragma once

#include "gateway/server/command.h"

namespace postern {

/// `schema --json-schema`: what documents may say, generated from the field tables.
[[nodiscard]] Command schemaCommand();

} // namespace postern
