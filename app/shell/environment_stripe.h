#pragma once

#include <QWidget>

namespace postern {

/// The line over the whole window that says: this is production. Owned by the main window, UI thread.
class EnvironmentStripe final : public QWidget
{
    Q_OBJECT
public:
    explicit EnvironmentStripe(QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace postern
