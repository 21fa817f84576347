#pragma once

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
    [[nodiscard]] int addedLines() const { return m_added; }
    [[nodiscard]] int removedLines() const { return m_removed; }

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void write();
    void paintGutter();

    QString m_before;
    QString m_after;
    int m_context = 3;
    int m_added = 0;
    int m_removed = 0;
};

} // namespace postern
