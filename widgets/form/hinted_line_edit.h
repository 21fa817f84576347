#pragma once

#include <QLineEdit>

namespace postern {

/// A line with muted words at its end, inside the field: the unit, the range.
class HintedLineEdit final : public QLineEdit
{
    Q_OBJECT
public:
    explicit HintedLineEdit(QWidget* parent = nullptr);
    void setHint(const QString& hint);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeRoom();

    QString m_hint;
};

} // namespace postern
