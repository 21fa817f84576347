#include "app/words/finding_words.h"

#include <QCoreApplication>

namespace postern {
namespace {

struct FindingWords
{
    Q_DECLARE_TR_FUNCTIONS(FindingWords)

public:
    static QString text(const Finding& finding)
    {
        if (finding.expected.isEmpty())
            return tr("found %1").arg(finding.found);
        if (finding.found.isEmpty())
            return tr("expected %1").arg(finding.expected);
        return tr("expected %1; found %2").arg(finding.expected, finding.found);
    }
};

} // namespace

QString findingText(const Finding& finding) { return FindingWords::text(finding); }

} // namespace postern
