#pragma once

#include "models/base/result.h"

#include <QString>

#include <variant>
#include <vector>

namespace postern {

struct Node;

/// A key of a mapping, or an index into a sequence.
using PathStep = std::variant<QString, qsizetype>;

/// Paths in a document: `spec.routes[2].policies[0].config.limit`, `metadata.labels["a.b/c"]`.
/// A key is quoted where it is more than letters, digits, `_` and `-`. The root is the empty path.
[[nodiscard]] QString pathTo(const QString& parent, QStringView key);
[[nodiscard]] QString pathTo(const QString& parent, qsizetype index);
[[nodiscard]] Result<std::vector<PathStep>> parsePath(QStringView path);

/// The node at \a path, or nullptr.
[[nodiscard]] const Node* nodeAt(const Node& root, QStringView path);
/// The node at \a path, or the deepest one on the way to it that exists.
[[nodiscard]] const Node& nearestNode(const Node& root, QStringView path);

} // namespace postern
