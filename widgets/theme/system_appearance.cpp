#include "widgets/theme/system_appearance.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QGuiApplication>
#include <QLocalSocket>
#include <QUrl>

namespace postern {
namespace {

const QString busName = QStringLiteral("postern-appearance");
const QString service = QStringLiteral("org.freedesktop.portal.Desktop");
const QString path = QStringLiteral("/org/freedesktop/portal/desktop");
const QString interface = QStringLiteral("org.freedesktop.portal.Settings");
const QString group = QStringLiteral("org.freedesktop.appearance");
const QString key = QStringLiteral("color-scheme");

struct BusSocket
{
    QString name; ///< empty: none that we can ask
    QLocalSocket::SocketOptions options;
};

// Without an address libdbus would start a bus of its own (dbus-launch): never wanted.
BusSocket sessionBus()
{
    const QString addresses = qEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS");
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    if (addresses.isEmpty())
        return {runtime.isEmpty() ? QString() : runtime + QLatin1String("/bus"), {}};
    // `unix:path=/run/user/1000/bus,guid=…;tcp:…`, the D-Bus specification's server addresses.
    for (const QString& address : addresses.split(u';')) {
        if (!address.startsWith(QLatin1String("unix:")))
            continue;
        for (const QString& part : address.mid(5).split(u',')) {
            const QString value = QUrl::fromPercentEncoding(part.section(u'=', 1).toUtf8());
            if (part.startsWith(QLatin1String("path=")))
                return {value, {}};
            if (part.startsWith(QLatin1String("abstract=")))
                return {value, QLocalSocket::AbstractNamespaceOption};
        }
    }
    return {};
}

} // namespace

SystemAppearance::SystemAppearance()
    : m_appearance(QGuiApplication::palette().color(QPalette::Window).lightness() < 128 ? Appearance::Dark
                                                                                        : Appearance::Light)
    , m_probe(new QLocalSocket(this))
{
    // A client begins with a zero byte; asking which ways to authenticate there are commits to nothing.
    connect(m_probe, &QLocalSocket::connected, this, [this] { m_probe->write(QByteArray("\0AUTH\r\n", 7)); });
    connect(m_probe, &QLocalSocket::readyRead, this, [this] {
        m_probe->abort();
        listen();
    });
}

SystemAppearance::~SystemAppearance()
{
    if (m_listening)
        QDBusConnection::disconnectFromBus(busName);
}

void SystemAppearance::follow()
{
    const BusSocket bus = sessionBus();
    if (bus.name.isEmpty())
        return;
    m_probe->setSocketOptions(bus.options);
    m_probe->connectToServer(bus.name);
}

void SystemAppearance::listen()
{
    if (m_listening)
        return;
    QDBusConnection bus = QDBusConnection::connectToBus(QDBusConnection::SessionBus, busName);
    m_listening = true;
    if (!bus.isConnected())
        return;
    // QtDBus finds a slot's parameter types by name, and knows this one only once somebody has used it.
    qRegisterMetaType<QDBusVariant>();
    // From any sender: to name one, QtDBus asks the bus for its owner and blocks meanwhile.
    bus.connect(QString(), path, interface, QStringLiteral("SettingChanged"), this,
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
