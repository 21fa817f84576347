#include "app/settings/preferences.h"

namespace postern {
namespace {

const QString themeKey = QStringLiteral("look/theme");
const QString geometryKey = QStringLiteral("window/geometry");
const QString railKey = QStringLiteral("window/railCollapsed");
const QString previewKey = QStringLiteral("window/previewOpen");
const QString rangeKey = QStringLiteral("time/rangeSeconds");
const QString zoneKey = QStringLiteral("time/zone");

} // namespace

Preferences::Preferences() : m_settings(QStringLiteral("Postern"), QStringLiteral("postern-console")) {}

Preferences::Preferences(const QString& file) : m_settings(file, QSettings::IniFormat) {}

ThemeChoice Preferences::theme() const
{
    const QString theme = m_settings.value(themeKey).toString();
    if (theme == QLatin1String("light"))
        return ThemeChoice::Light;
    return theme == QLatin1String("dark") ? ThemeChoice::Dark : ThemeChoice::System;
}

void Preferences::setTheme(ThemeChoice choice)
{
    switch (choice) {
    case ThemeChoice::Light:
        return m_settings.setValue(themeKey, QStringLiteral("light"));
    case ThemeChoice::Dark:
        return m_settings.setValue(themeKey, QStringLiteral("dark"));
    case ThemeChoice::System:
        return m_settings.setValue(themeKey, QStringLiteral("system"));
    }
}

QByteArray Preferences::windowGeometry() const { return m_settings.value(geometryKey).toByteArray(); }

void Preferences::setWindowGeometry(const QByteArray& geometry)
{
    m_settings.setValue(geometryKey, geometry);
}

bool Preferences::railCollapsed() const { return m_settings.value(railKey).toBool(); }

void Preferences::setRailCollapsed(bool collapsed) { m_settings.setValue(railKey, collapsed); }

bool Preferences::previewOpen() const { return m_settings.value(previewKey).toBool(); }

void Preferences::setPreviewOpen(bool open) { m_settings.setValue(previewKey, open); }

std::chrono::seconds Preferences::range(std::chrono::seconds otherwise) const
{
    const qint64 seconds = m_settings.value(rangeKey).toLongLong();
    return seconds > 0 ? std::chrono::seconds(seconds) : otherwise;
}

void Preferences::setRange(std::chrono::seconds range)
{
    m_settings.setValue(rangeKey, qint64(range.count()));
}

ZoneChoice Preferences::zone() const
{
    return m_settings.value(zoneKey).toString() == QLatin1String("local") ? ZoneChoice::Local
                                                                          : ZoneChoice::Utc;
}

void Preferences::setZone(ZoneChoice zone)
{
    m_settings.setValue(zoneKey, zone == ZoneChoice::Local ? QStringLiteral("local") : QStringLiteral("utc"));
}

} // namespace postern
