#pragma once

#include "app/workspace/document_snapshot.h"
#include "models/document/semantic_diff.h"

namespace postern {

/// A text that shall replace one file of a commit.
struct EditedText
{
    QString file;
    QByteArray before; ///< as the edit began
    QByteArray after;
};

/// What changes for one API.
struct ApiEffect
{
    QString api;
    QString newHash; ///< which its gateways will report; empty: the API goes away
    SemanticDiff diff;
};

/// What an edit means, found out off the UI thread. A value.
struct EditJudgement
{
    std::vector<Finding> findings;    ///< in the edited file, and errors that the edit causes elsewhere
    std::vector<Finding> causedUnmet; ///< requirements that are met before and not after
    std::vector<Finding> stillUnmet;  ///< requirements that were unmet before too: shown, never in the way
    std::vector<ApiEffect> effects;   ///< APIs whose effective document changes
    int changedLines = 0;
    int lines = 0;
    DocumentSnapshotPtr after; ///< the documents with the edit in them

    /// Whether it may be pushed: a document with errors never is, nor one that breaks governance.
    [[nodiscard]] bool isSound() const { return !hasErrors(findings) && causedUnmet.empty(); }
};

/// Blocking and pure. \a documents are those of the commit that the branch is at.
[[nodiscard]] EditJudgement judgeEdit(const DocumentSnapshot& documents, const EditedText& edit,
                                      const PolicyCatalogue& catalogue, const QDate& today);

} // namespace postern
