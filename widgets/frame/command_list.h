#pragma once

#include "widgets/frame/command_palette.h"
#include "widgets/frame/fuzzy_match.h"

#include <QAbstractListModel>
#include <QStyledItemDelegate>

namespace postern {

/// The palette's matches, best first; with nothing typed, all in their given order.
class CommandList final : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role { IdRole = Qt::UserRole + 1, DetailRole, ShortcutRole, IconRole, PositionsRole };

    using QAbstractListModel::QAbstractListModel;
    void setCommands(const QList<CommandPalette::Command>& commands);
    void search(const QString& typed);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Hit
    {
        qsizetype command;
        FuzzyMatch match; ///< positions lie in the command's text
    };
    QList<CommandPalette::Command> m_commands;
    QList<Hit> m_hits;
};

/// Paints one match: icon, text with the typed characters strong, detail, shortcut.
class CommandDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace postern
