#pragma once

#include "app/workspace/policy_place.h"

namespace postern {

/// One policy as the documents write it, for the list.
struct PolicyRow
{
    PolicyIdentity identity;
    QString type;
    QString mode;
    Stage stage = Stage::Identify;
    QString path;
    int line = 0;
    bool faulty = false; ///< its document has errors
    bool edited = false; ///< its document has an edit that is not pushed
};

/// Every policy of the documents, in the order of files; \a edited names files with an edit in progress.
[[nodiscard]] std::vector<PolicyRow> policyRows(const DocumentSnapshot& documents,
                                                const PolicyCatalogue& catalogue, const QStringList& edited);

} // namespace postern
