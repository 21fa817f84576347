#pragma once

#include "widgets/theme/tokens.h"

#include <QWidget>

class QStackedLayout;

namespace postern {

class Notice;
class Skeleton;
class StateBanner;

/// A page's contents, or the state that stands in their place. Stale and partial contents stay visible under
/// a banner; loading, empty, forbidden and broken replace them. What is edited inside survives all of it.
class StateView final : public QWidget
{
    Q_OBJECT
public:
    /// Owns \a content.
    explicit StateView(QWidget* content, QWidget* parent = nullptr);

    void showContent();
    /// Skeleton rows of a table at once, never a spinner over empty space.
    void showLoading(int rows);
    /// One sentence, one action (or none).
    void showEmpty(const QString& sentence, const QString& action);
    /// The missing permission, and the `kubectl` line that would grant it (copyable).
    void showForbidden(const QString& permission, const QString& command);
    /// What failed, in words; what to try; the details, copyable; a button to try again.
    void showBroken(const QString& what, const QString& advice, const QString& details);

    /// Contents stay: "Figures are from 14:03:20: Prometheus is away since 14:01".
    void setStale(const QString& sentence);
    /// Contents stay: "2 of 3 sources: sa-1 does not answer".
    void setPartial(const QString& sentence);
    void clearBanner();
    [[nodiscard]] QString bannerText() const;

Q_SIGNALS:
    /// The button of an empty or broken state.
    void actionTriggered();

private:
    QWidget* m_content;
    Skeleton* m_skeleton;
    Notice* m_notice;
    StateBanner* m_banner;
    QStackedLayout* m_stack;
};

} // namespace postern
