#pragma once

#include <QWidget>

class QScrollArea;

namespace postern {

/// Detail of what is selected, at the right of the page, without losing the list. Owned by the main window.
class PreviewPanel final : public QWidget
{
    Q_OBJECT
public:
    explicit PreviewPanel(QWidget* parent = nullptr);

    /// Takes \a content; null shows that nothing is selected.
    void showContent(QWidget* content);

Q_SIGNALS:
    void closeRequested();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QScrollArea* m_scroll;
};

} // namespace postern
