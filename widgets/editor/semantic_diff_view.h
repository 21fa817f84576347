#pragma once

#include "widgets/theme/tokens.h"

#include <QList>
#include <QScrollArea>

class QLabel;

namespace postern {

/// What changes in effect, in words that the caller chose.
struct EffectChange
{
    struct Value
    {
        QString name; ///< "limit"
        QString from; ///< empty: it was not there
        QString to;   ///< empty: it goes away
    };
    enum class Kind { Changed, Added, Removed };

    Kind kind = Kind::Changed;
    QString subject; ///< "fair-use"
    QList<Value> values;
    QString scope;  ///< "on 3 routes, 1 API, 3 gateways"
    QString target; ///< given back by activated(); empty: no link
};

/// A list of effective changes: subject, each value from → to, scope. One line each, wrapped, copyable.
class SemanticDiffView final : public QScrollArea
{
    Q_OBJECT
public:
    explicit SemanticDiffView(QWidget* parent = nullptr);

    /// \a remark stands under the list: "Nothing else changes: 2 lines of 61, comments kept."
    void setChanges(const QList<EffectChange>& changes, const QString& remark);
    [[nodiscard]] QString plainText() const;

Q_SIGNALS:
    void activated(const QString& target);

protected:
    void changeEvent(QEvent* event) override;

private:
    void write();

    QList<EffectChange> m_changes;
    QString m_remark;
    QLabel* m_label;
};

} // namespace postern
