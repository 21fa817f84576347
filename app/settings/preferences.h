#pragma once

#include "app/workspace/view_time.h"
#include "widgets/theme/theme.h"

#include <QByteArray>
#include <QSettings>

namespace postern {

/// What the console keeps between runs: how it looks, never what it knows. Owned by main(), UI thread.
class Preferences final
{
public:
    /// The user's own settings.
    Preferences();
    /// In \a file, for tests and for screenshots, which must not depend on what a user chose.
    explicit Preferences(const QString& file);

    [[nodiscard]] ThemeChoice theme() const;
    void setTheme(ThemeChoice choice);

    [[nodiscard]] QByteArray windowGeometry() const;
    void setWindowGeometry(const QByteArray& geometry);
    [[nodiscard]] bool railCollapsed() const;
    void setRailCollapsed(bool collapsed);
    [[nodiscard]] bool previewOpen() const;
    void setPreviewOpen(bool open);

    [[nodiscard]] std::chrono::seconds range(std::chrono::seconds otherwise) const;
    void setRange(std::chrono::seconds range);
    [[nodiscard]] ZoneChoice zone() const;
    void setZone(ZoneChoice zone);

    /// Where tables keep their columns, order, widths and sorting.
    [[nodiscard]] QSettings& tables() { return m_settings; }

private:
    QSettings m_settings;
};

} // namespace postern
