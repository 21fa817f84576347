#pragma once

#include "app/workspace/document_snapshot.h"

namespace postern {

/// Which policy is meant, however its document is edited meanwhile: by name, in its owner.
struct PolicyIdentity
{
    enum class Owner { Api, Baseline };

    QString file;
    Owner owner = Owner::Api;
    QString document; ///< `namespace/name`, or the baseline's name
    QString route;    ///< empty: of the whole document
    QString policy;

    friend bool operator==(const PolicyIdentity&, const PolicyIdentity&) = default;
};

/// Where it stands in a text.
struct PolicyPlace
{
    PolicyIdentity identity;
    PolicyEntry entry;
    Stage stage = Stage::Identify;
    QString typeHelp;
    const RecordDescription* config = nullptr; ///< null: not built, or not known
    QString path;                              ///< in its document: `spec.policies[1]`
    std::size_t document = 0;                  ///< which document of the file
    int firstLine = 0;                         ///< from 1
    int lastLine = 0;
};

/// Every policy that the documents write, by file, then in their order.
[[nodiscard]] std::vector<PolicyIdentity> policiesOf(const DocumentSnapshot& documents);

[[nodiscard]] std::optional<PolicyIdentity> identify(const DocumentSnapshot& documents, const QString& file,
                                                     const QString& path);
[[nodiscard]] std::optional<PolicyPlace>
locate(const DocumentSnapshot& documents, const PolicyIdentity& identity, const PolicyCatalogue& catalogue);
/// The path of the policy that begins at \a line of \a file.
[[nodiscard]] std::optional<QString> policyPathAt(const DocumentSnapshot& documents, const QString& file,
                                                  int line);

} // namespace postern
