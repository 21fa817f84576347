#pragma once

#include <QList>
#include <QWidget>

class QButtonGroup;
class QHBoxLayout;

namespace postern {

/// A choice among a few, all visible. Arrow keys move, one is always chosen once there are any.
class SegmentedControl final : public QWidget
{
    Q_OBJECT
public:
    enum class Usable { Yes, No };

    explicit SegmentedControl(QWidget* parent = nullptr);

    void addSegment(const QString& id, const QString& text, const QString& hint = {},
                    Usable usable = Usable::Yes);
    /// Chooses without telling; an unknown id leaves none chosen (a value the choices do not have).
    void setCurrent(const QString& id);
    [[nodiscard]] QString current() const;
    void setReadOnly(bool readOnly);

Q_SIGNALS:
    /// The user chose another.
    void activated(const QString& id);

private:
    QHBoxLayout* m_row;
    QButtonGroup* m_group;
    QList<QString> m_ids;
};

} // namespace postern
