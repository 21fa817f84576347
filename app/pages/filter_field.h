#pragma once

#include <QLineEdit>

namespace postern {

class DataTable;

/// The field beside a page's heading that filters the page's table as one types. Owned by its page.
class FilterField final : public QLineEdit
{
    Q_OBJECT
public:
    /// \a accessibleName says what is filtered.
    FilterField(DataTable& table, const QString& accessibleName, QWidget* parent = nullptr);

    /// For Ctrl+F: the next key replaces what stands there.
    void begin();
    /// For Escape: empties the field and goes back to the table; false when it is empty already.
    bool end();

private:
    DataTable& m_table;
};

} // namespace postern
