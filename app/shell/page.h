#pragma once

#include "app/shell/location.h"

#include <QStringList>
#include <QWidget>

namespace postern {

/// One page of the console. Owned by the main window, UI thread; made at start and kept, so that what was
/// chosen and typed is still there when one comes back.
class Page : public QWidget
{
    Q_OBJECT
public:
    struct Crumb
    {
        QString text;
        Location location;
    };

    using QWidget::QWidget;

    /// Shows what \a location names; called each time the page is gone to.
    virtual void visit(const Location& location) = 0;
    /// Where this is, from the outermost; the last is the page itself.
    [[nodiscard]] virtual std::vector<Crumb> breadcrumb() const = 0;
    /// Ctrl+F. A page without a filter leaves it.
    virtual void focusFilter() {}
    /// F5, after the workspace was told to ask its sources.
    virtual void refresh() {}
    /// Ctrl+Enter.
    virtual void commit() {}
    /// Escape; true when the page closed something of its own.
    virtual bool closeNearest() { return false; }
    /// Whether the panel at the right makes sense here.
    [[nodiscard]] virtual bool hasPreview() const { return false; }
    /// Detail of what is selected, for the panel at the right; null when there is nothing to preview. The
    /// caller becomes its owner.
    [[nodiscard]] virtual QWidget* makePreview() { return nullptr; }
    /// Whether what \a location asked for is shown, or known not to come: what screenshots wait for.
    [[nodiscard]] virtual bool isSettled() const { return true; }

Q_SIGNALS:
    void openRequested(const postern::Location& location);
    void breadcrumbChanged();
    /// Space: open or close the panel at the right.
    void previewRequested();
    /// Another row is selected: an open panel follows.
    void previewChanged();
    void settledChanged();
};

} // namespace postern
