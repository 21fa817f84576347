#pragma once

#include "widgets/editor/diff_lines.h"

#include <QPlainTextEdit>

namespace postern {

/// Two versions of a text as one: removed lines, added lines, a few lines around, the words that differ
/// marked. Each line begins with − or +, never colour alone. Read-only, selectable.
class DiffView final : public QPlainTextEdit
{
    Q_OBJECT
public:
    explicit DiffView(QWidget* parent = nullptr);

    /// \a context lines around each change; the rest is folded into "… 41 lines".
    void setTexts(const QString& before, const QString& after, int context = 3);
    [[nodiscard]] int addedLines() const;
    [[nodiscard]] int removedLines() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    void write();
    void tintLines();

    QList<DiffLine> m_lines;
};

} // namespace postern
