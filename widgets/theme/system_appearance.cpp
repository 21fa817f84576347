#include "widgets/theme/system_appearance.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QFileInfo>
#include <QGuiApplication>
#include <QPointer>

#include <thread>

namespace postern {
namespace {

const QString busName = QStringLiteral("postern-appearance");
const QString service = QStringLiteral("org.freedesktop.portal.Desktop");
const QString path = QStringLiteral("/org/freedesktop/portal/desktop");
const QString interface = QStringLiteral("org.freedesktop.portal.Settings");
const QString group = QStringLiteral("org.freedesktop.appearance");
const QString key = QStringLiteral("color-scheme");

// Without an address libdbus would start a bus of its own (dbus-launch): never wanted.
bool sessionBusNamed()
{
    const QString address = qEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS");
    if (!address.isEmpty())
        return !address.startsWith(QLatin1String("autolaunch:"));
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    return !runtime.isEmpty() && QFileInfo::exists(runtime + QLatin1String("/bus"));
}

} // namespace

SystemAppearance::SystemAppearance()
    : m_appearance(QGuiApplication::palette().color(QPalette::Window).lightness() < 128 ? Appearance::Dark
                                                                                        : Appearance::Light)
{}

SystemAppearance::~SystemAppearance() { QDBusConnection::disconnectFromBus(busName); }

void SystemAppearance::follow()
{
    if (!sessionBusNamed())
        return;
    // Connecting says hello and waits for the answer. Detached: when the bus never answers, nobody waits.
    std::thread([self = QPointer<SystemAppearance>(this)] {
        const bool up = QDBusConnection::connectToBus(QDBusConnection::SessionBus, busName).isConnected();
        if (!up || !QCoreApplication::instance())
            return;
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [self] {
                if (self)
                    self->connected();
            },
            Qt::QueuedConnection);
    }).detach();
}

void SystemAppearance::connected()
{
    QDBusConnection bus(busName);
    bus.connect(service, path, interface, QStringLiteral("SettingChanged"), this,
                SLOT(onSettingChanged(QString, QString, QDBusVariant)));
    QDBusMessage read = QDBusMessage::createMethodCall(service, path, interface, QStringLiteral("Read"));
    read << group << key;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(read), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* finished) {
        const QDBusPendingReply<QDBusVariant> reply = *finished;
        if (reply.isValid())
            take(reply.value().variant());
        finished->deleteLater();
    });
}

void SystemAppearance::onSettingChanged(const QString& changedGroup, const QString& changedKey,
                                        const QDBusVariant& value)
{
    if (changedGroup == group && changedKey == key)
        take(value.variant());
}

void SystemAppearance::take(const QVariant& value)
{
    // `Read` wraps its answer in a second variant; 1 prefers dark, 2 light, 0 has no preference.
    QVariant inner = value;
    while (inner.canConvert<QDBusVariant>())
        inner = inner.value<QDBusVariant>().variant();
    const Appearance now = inner.toUInt() == 1 ? Appearance::Dark : Appearance::Light;
    if (now == m_appearance)
        return;
    m_appearance = now;
    Q_EMIT changed();
}

} // namespace postern
