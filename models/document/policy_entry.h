#pragma once

#include "models/schema/record.h"

namespace postern {

enum class Mode {
    Enforce,
    Shadow, ///< decides and counts, and lets pass
    Off
};
std::span<const Choice<Mode>> choicesOf(Mode);

enum class Override { Locked, Default };
std::span<const Choice<Override>> choicesOf(Override);

/// One policy as a document names it. What `config` means is the type's affair: PolicyCatalogue knows its
/// record.
struct PolicyEntry
{
    QString name;
    QString type;
    Mode mode = Mode::Enforce;
    Override override = Override::Locked; ///< in a baseline alone
    std::optional<Node> config;           ///< as written; absent: all defaults
    Place place;                          ///< of the entry
};

[[nodiscard]] const Record<PolicyEntry>& policyRecord();
/// The same with `override`.
[[nodiscard]] const Record<PolicyEntry>& baselinePolicyRecord();

} // namespace postern
