#include "app/words/policy_words.h"

#include <QCoreApplication>
#include <QFileInfo>

namespace postern {
namespace {

struct PolicyWords
{
    Q_DECLARE_TR_FUNCTIONS(PolicyWords)

public:
    static QString baseline(const QString& name) { return tr("baseline %1").arg(name); }
};

} // namespace

QString originText(const PolicyStatus& policy, const QString& api)
{
    if (policy.layer != api)
        return PolicyWords::baseline(policy.layer);
    return QStringLiteral("%1:%2").arg(QFileInfo(policy.file).fileName()).arg(policy.line);
}

} // namespace postern
