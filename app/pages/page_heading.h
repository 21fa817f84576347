#pragma once

#include "widgets/theme/tokens.h"

#include <QWidget>

#include <optional>

class QHBoxLayout;
class QLabel;

namespace postern {

/// The first line of a page: a state's icon where there is one, the name, muted words about it, and the
/// page's controls at the right. Owned by the page, UI thread.
class PageHeading final : public QWidget
{
    Q_OBJECT
public:
    explicit PageHeading(const QString& title, QWidget* parent = nullptr);

    void setTitle(const QString& title);
    void setSubtitle(const QString& subtitle);
    void setState(std::optional<State> state);
    /// At the right end, after those added before; the heading takes ownership.
    void addControl(QWidget* control);
    [[nodiscard]] QString subtitle() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    void tint();

    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_subtitle;
    QHBoxLayout* m_row;
    std::optional<State> m_state;
};

} // namespace postern
