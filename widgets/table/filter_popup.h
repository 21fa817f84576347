#pragma once

#include <QFrame>

class QLineEdit;

namespace postern {

class TableFilter;

/// The funnel's window: one line, acting while it is typed; Enter and Escape close it. Deletes itself.
class FilterPopup final : public QFrame
{
    Q_OBJECT
public:
    FilterPopup(TableFilter& filter, int column, const QString& name, QWidget* parent);
    void focusLine();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLineEdit* m_line;
};

} // namespace postern
