#pragma once

#include "models/schema/finding.h"
#include "models/schema/node.h"

#include <QByteArray>

#include <vector>

namespace postern {

/// What a text may cost before it is refused.
struct YamlLimits
{
    qsizetype bytes = 1024 * 1024;
    int depth = 64;
    int nodes = 100'000; ///< scalars, sequences and mappings, keys included
    int documents = 1'000;
};

/// The YAML documents of \a text. Size and UTF-8 are checked before anything is parsed; anchors, aliases,
/// tags, keys that are no scalars, and duplicate keys are findings. What fails as a whole (syntax, limits) is
/// one finding and ends the reading; documents before it are still returned. Time and memory are linear in
/// the text, bounded by \a limits. Empty documents are left out.
[[nodiscard]] std::vector<Node> readYaml(const QByteArray& text, Findings& findings,
                                         const YamlLimits& limits = {});

} // namespace postern
