#pragma once

#include "models/document/api_gateway.h"
#include "models/document/document_source.h"
#include "models/document/gateway_baseline.h"
#include "models/document/policy_catalogue.h"

namespace postern {

/// A file that a document names, as it was when the document was loaded: what is hashed is what runs.
struct NamedFile
{
    QString path; ///< as the document writes it
    QString file; ///< as the source was asked
    QByteArray contents;
    QString digest; ///< SHA-256, lower-case hex

    friend bool operator==(const NamedFile&, const NamedFile&) = default;
};

/// One document that parsed, with what it stands on.
template<typename D>
struct Loaded
{
    D document;
    QString file;
    std::vector<NamedFile> files; ///< each once, by path
    Node root;                    ///< the text's tree, for the places of its parts
    bool usable = true;           ///< no error in it
};

/// All that was found. Documents with errors are kept (the console shows them) but not `usable`.
struct LoadedDocuments
{
    std::vector<Loaded<ApiGateway>> apis;
    std::vector<Loaded<GatewayBaseline>> baselines;
    std::vector<Finding> findings; ///< by file, then place
    QStringList unread;            ///< files that could not be read whole and may hold a baseline

    [[nodiscard]] const Loaded<ApiGateway>* api(QStringView id) const;
    [[nodiscard]] QStringList apiIds() const; ///< in order of their files
};

/// Parses the documents of \a files with all checks that need no other document, and those between them (the
/// same API twice). Other kinds are skipped. Never fails as a whole: what is wrong is in the findings.
[[nodiscard]] LoadedDocuments loadDocuments(const QStringList& files, const DocumentSource& source,
                                            const PolicyCatalogue& catalogue);

} // namespace postern
