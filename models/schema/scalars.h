#pragma once

#include "models/schema/field_description.h"
#include "models/schema/finding.h"
#include "models/schema/values.h"

#include <optional>

namespace postern {

/// One value of a document, read as its field's description says. What is wrong is reported and nothing
/// returned. YAML 1.2's core reading, and stricter where versions of YAML differ: `yes` and `off` are texts,
/// never booleans; `010`, `0x10`, `1_000` and `1e3` are no whole numbers; a plain 1.2 or true is no text.
[[nodiscard]] std::optional<bool> readBoolean(const FieldDescription& field, const Node& node,
                                              const QString& path, Findings& findings);
[[nodiscard]] std::optional<qint64> readInteger(const FieldDescription& field, const Node& node,
                                                const QString& path, Findings& findings);
[[nodiscard]] std::optional<double> readNumber(const FieldDescription& field, const Node& node,
                                               const QString& path, Findings& findings);
[[nodiscard]] std::optional<QString> readText(const FieldDescription& field, const Node& node,
                                              const QString& path, Findings& findings);
[[nodiscard]] std::optional<std::chrono::milliseconds>
readDuration(const FieldDescription& field, const Node& node, const QString& path, Findings& findings);
[[nodiscard]] std::optional<Bytes> readBytes(const FieldDescription& field, const Node& node,
                                             const QString& path, Findings& findings);
/// The index into the field's choices.
[[nodiscard]] std::optional<std::size_t> readChoice(const FieldDescription& field, const Node& node,
                                                    const QString& path, Findings& findings);
[[nodiscard]] std::optional<FileReference> readFile(const FieldDescription& field, const Node& node,
                                                    const QString& path, Findings& findings);
[[nodiscard]] std::optional<SecretReference> readSecret(const FieldDescription& field, const Node& node,
                                                        const QString& path, Findings& findings);

/// Whether \a node is a sequence of an allowed length whose scalars or named records do not repeat.
[[nodiscard]] bool acceptsList(const FieldDescription& field, const Node& node, const QString& path,
                               Findings& findings);
/// Whether \a node is a mapping of an allowed size with allowed keys.
[[nodiscard]] bool acceptsMap(const FieldDescription& field, const Node& node, const QString& path,
                              Findings& findings);

} // namespace postern
