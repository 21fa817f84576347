#pragma once

#include <QList>
#include <QWidget>

class QHBoxLayout;

namespace postern {

/// Where I am: each step but the last leads back.
class Breadcrumb final : public QWidget
{
    Q_OBJECT
public:
    struct Crumb
    {
        QString text;
        QString target; ///< given back by activated(); empty: no link
    };

    explicit Breadcrumb(QWidget* parent = nullptr);
    void setPath(const QList<Crumb>& path);

Q_SIGNALS:
    void activated(const QString& target);

protected:
    void changeEvent(QEvent* event) override;

private:
    void write();

    QHBoxLayout* m_row;
    QList<Crumb> m_path;
};

} // namespace postern
