#pragma once

#include "widgets/theme/tokens.h"

#include <QAbstractButton>

namespace postern {

/// One line of what needs attention: the state's icon, the API, what is the matter. A click opens the API.
/// Owned by the attention card, UI thread.
class AttentionRow final : public QAbstractButton
{
    Q_OBJECT
public:
    AttentionRow(State state, const QString& subject, const QString& words, QWidget* parent);

    [[nodiscard]] QSize sizeHint() const override { return {160, 22}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    State m_state;
    QString m_subject;
    QString m_words;
};

} // namespace postern
