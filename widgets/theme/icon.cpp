#include "widgets/theme/icon.h"

#include "widgets/theme/tokens.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <array>

// Outside every namespace, as Qt's macro wants it: the library is static, so nothing else pulls the icons in.
static void initialiseIcons() { Q_INIT_RESOURCE(icons); }

namespace postern {
namespace {

// In the order of the enumeration.
constexpr std::array names{
    "logo",       "fleet",  "policies", "try",    "rollouts", "incidents",     "sources",      "settings",
    "search",     "good",   "watch",    "bad",    "unknown",  "chevron-right", "chevron-down", "chevron-left",
    "chevron-up", "close",  "refresh",  "sun",    "moon",     "copy",          "filter",       "sort-up",
    "sort-down",  "flag",   "commit",   "branch", "push",     "pin",           "edit",         "undo",
    "redo",       "plus",   "minus",    "check",  "clock",    "columns",       "export",       "lock",
    "collapse",   "expand", "external", "stop"};
static_assert(names.size() == std::size_t(Icon::Stop) + 1);

QByteArray tintedSource(Icon icon, const QColor& colour)
{
    static const bool ready = (initialiseIcons(), true);
    Q_UNUSED(ready)
    QFile file(QStringLiteral(":/postern/icons/%1.svg").arg(QLatin1String(names[std::size_t(icon)])));
    const bool opened = file.open(QIODevice::ReadOnly);
    Q_ASSERT_X(opened, "icon", names[std::size_t(icon)]);
    return file.readAll().replace("currentColor", colour.name(QColor::HexRgb).toLatin1());
}

/// Finds its colour when it is painted, so that a change of theme needs no new icons.
class ThemedEngine final : public QIconEngine
{
public:
    explicit ThemedEngine(Icon icon) : m_icon(icon) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const int side = std::min(rect.width(), rect.height());
        const QRect square(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2, side,
                           side);
        paintIcon(*painter, square, m_icon, tint(mode));
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        return scaledPixmap(size, mode, state, 1.0);
    }

    // Qt 6.4 gives the size in device pixels.
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal) override
    {
        return iconPixmap(m_icon, tint(mode), std::min(size.width(), size.height()), 1.0);
    }

    [[nodiscard]] QIconEngine* clone() const override { return new ThemedEngine(m_icon); }

private:
    static QColor tint(QIcon::Mode mode)
    {
        const Colours& c = colours(QGuiApplication::palette());
        return mode == QIcon::Disabled ? c.muted : c.ink;
    }

    Icon m_icon;
};

} // namespace

QPixmap iconPixmap(Icon icon, const QColor& colour, int size, qreal devicePixelRatio)
{
    const int pixels = qRound(size * devicePixelRatio);
    const QString key = QStringLiteral("postern/%1/%2/%3/%4")
                            .arg(int(icon))
                            .arg(colour.rgba(), 0, 16)
                            .arg(pixels)
                            .arg(devicePixelRatio);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    pixmap = QPixmap(pixels, pixels);
    pixmap.fill(Qt::transparent);
    QSvgRenderer renderer(tintedSource(icon, colour));
    QPainter painter(&pixmap);
    renderer.render(&painter);
    painter.end();
    pixmap.setDevicePixelRatio(devicePixelRatio);
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

void paintIcon(QPainter& painter, const QRectF& rect, Icon icon, const QColor& colour)
{
    // A painter may be scaled beyond its device's ratio (an export at 2x), so its own transform decides.
    const qreal ratio = painter.deviceTransform().m11();
    painter.drawPixmap(rect.topLeft(),
                       iconPixmap(icon, colour, qRound(rect.height()), ratio > 0 ? ratio : 1.0));
}

QIcon themedIcon(Icon icon) { return QIcon(new ThemedEngine(icon)); }

Icon iconOf(State state)
{
    switch (state) {
    case State::Good:
        return Icon::Good;
    case State::Watch:
        return Icon::Watch;
    case State::Bad:
        return Icon::Bad;
    case State::Unknown:
        break;
    }
    return Icon::Unknown;
}

} // namespace postern
