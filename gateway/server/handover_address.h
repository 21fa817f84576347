#pragma once

#include "gateway/event/file_descriptor.h"
#include "models/base/result.h"

#include <QString>

#include <chrono>
#include <optional>

namespace postern {

/// Connects to whoever listens for a successor at \a path. Nothing where nobody does: the path is free, or a
/// process that has died left it behind. An error after \a patience with one that listens and does not
/// accept.
[[nodiscard]] Result<std::optional<FileDescriptor>>
connectForHandover(const QString& path, std::chrono::milliseconds patience = std::chrono::seconds(10));

/// Listens at \a path, for this user alone (mode 0600). Takes the path at once and whole (rename), so that it
/// always names a socket; what a dead process left there is replaced, what is no socket is not.
[[nodiscard]] Result<FileDescriptor> listenForHandover(const QString& path);

} // namespace postern
