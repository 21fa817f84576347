#pragma once

#include "models/document/effective_document.h"

#include <map>

namespace postern {

/// The files of a flat folder that says one API: its document, the baselines that apply, the files they name.
using Bundle = std::map<QString, QByteArray>;

/// Makes what `serve` wants out of a repository. Names that a flat folder can not keep (folders, two files
/// called alike) change, and the documents with them, touching nothing else of their text. The result is
/// loaded again and must have the same hash, else it is an error.
[[nodiscard]] Result<Bundle> makeBundle(const LoadedDocuments& documents, const EffectiveDocument& effective,
                                        const DocumentSource& source, const PolicyCatalogue& catalogue);

} // namespace postern
