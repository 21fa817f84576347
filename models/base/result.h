#pragma once

#include "models/base/error.h"

#include <tl/expected.hpp>

namespace postern {

/// A value, or why there is none. Every function that can fail for a reason outside itself returns one.
template<typename T>
using Result = tl::expected<T, Error>;

using Failure = tl::unexpected<Error>;

[[nodiscard]] inline Failure failure(Error error) { return Failure(std::move(error)); }

} // namespace postern
