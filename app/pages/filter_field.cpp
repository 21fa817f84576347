#include "app/pages/filter_field.h"

#include "widgets/table/data_table.h"
#include "widgets/table/table_filter.h"

namespace postern {

FilterField::FilterField(DataTable& table, const QString& accessibleName, QWidget* parent)
    : QLineEdit(parent), m_table(table)
{
    setPlaceholderText(tr("Filter (Ctrl+F)"));
    setAccessibleName(accessibleName);
    setClearButtonEnabled(true);
    setFixedWidth(220);
    setTabOrder(this, &m_table); // made after it, stands above it
    connect(this, &QLineEdit::textChanged, &m_table,
            [this](const QString& text) { m_table.filter().setText(text); });
}

void FilterField::begin()
{
    setFocus(Qt::ShortcutFocusReason);
    selectAll();
}

bool FilterField::end()
{
    if (text().isEmpty())
        return false;
    clear();
    m_table.setFocus();
    return true;
}

} // namespace postern
