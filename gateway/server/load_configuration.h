#pragma once

#include "models/document/effective_document.h"

#include <QStringList>

#include <memory>
#include <vector>

namespace postern {

/// What one look at the configuration gave.
struct LoadedConfiguration
{
    std::shared_ptr<const EffectiveDocument> document; ///< null: rejected, and the findings say why
    std::vector<Finding> findings;
    QStringList files; ///< that were read, documents and what they name
};

/// Loads \a path, a document or a flat folder: exactly one ApiGateway, and the baselines that apply to it.
/// Any error in any of the files rejects the whole: half a configuration is none. \a today decides
/// exemptions.
[[nodiscard]] LoadedConfiguration loadConfiguration(const QString& path, const PolicyCatalogue& catalogue,
                                                    const QDate& today);

} // namespace postern
