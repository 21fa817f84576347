#pragma once

#include <QWidget>

class QKeyEvent;
class QLabel;
class QLineEdit;
class QsciScintilla;

namespace postern {

/// Finds in an editor: a line above it, acting while one types. Enter or F3 next, Shift backwards, Escape
/// closes. Owned by YamlEditor.
class FindBar final : public QWidget
{
    Q_OBJECT
public:
    explicit FindBar(QsciScintilla& editor, QWidget* parent = nullptr);

    void open();
    void dismiss();
    /// A key of the editor; true: it was one of the bar's.
    bool onKey(const QKeyEvent& event);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    enum class Direction { Forward, Backward };
    void find(Direction direction, bool fromSelection);

    QsciScintilla& m_editor;
    QLineEdit* m_line;
    QLabel* m_count;
};

} // namespace postern
