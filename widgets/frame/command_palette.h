#pragma once

#include "widgets/theme/icon.h"

#include <QFrame>
#include <QList>

class QLineEdit;
class QListView;

namespace postern {

class CommandList;

/// Search or run (Ctrl+K): a line and the best matches under it, over the page. A child of the window, which
/// owns it; it takes the keyboard while open and gives it back.
class CommandPalette final : public QFrame
{
    Q_OBJECT
public:
    struct Command
    {
        QString id;
        QString text;     ///< what is searched: "Edit policies of accounts"
        QString detail;   ///< muted, searched too: "payments"
        QString shortcut; ///< shown at the right
        Icon icon = Icon::ChevronRight;
    };

    explicit CommandPalette(QWidget* window);

    void setCommands(const QList<Command>& commands);
    void open();
    void dismiss();

Q_SIGNALS:
    void chosen(const QString& id);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void place();
    void search(const QString& typed);
    void choose(const QModelIndex& index);
    bool onKey(int key);

    CommandList* m_commands;
    QLineEdit* m_line;
    QListView* m_list;
    QWidget* m_before = nullptr; ///< had the keyboard
};

} // namespace postern
