#pragma once

#include <QComboBox>

namespace postern {

/// A choice among many, painted as a field: the name, then its help muted. The wheel changes it only with the
/// keyboard in it, so that scrolling a form changes nothing.
class ChoiceBox final : public QComboBox
{
    Q_OBJECT
public:
    explicit ChoiceBox(QWidget* parent = nullptr);

    void addChoice(const QString& name, const QString& help, bool selectable = true);
    void setInvalid(bool invalid);
    /// The shown choice is a default, not set: it is muted.
    void setImplied(bool implied);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    bool m_invalid = false;
    bool m_implied = false;
};

} // namespace postern
