#include "tests/support/child_of_test.h"
#include "widgets/theme/system_appearance.h"

#include <QDBusConnection>
#include <QDBusContext>
#include <QDBusMessage>
#include <QElapsedTimer>
#include <QLocalServer>
#include <QLocalSocket>
#include <QProcess>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace postern;

/// The desktop's portal, as far as colours go.
class Portal final : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.portal.Settings")
public:
    uint scheme = 0;

public Q_SLOTS:
    QDBusVariant Read(const QString& group, const QString& key) const
    {
        Q_UNUSED(group)
        Q_UNUSED(key)
        // As the real one does: a variant in a variant.
        return QDBusVariant(QVariant::fromValue(QDBusVariant(scheme)));
    }

Q_SIGNALS:
    void SettingChanged(const QString& group, const QString& key, const QDBusVariant& value);
};

class TestSystemAppearance : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cleanup();
    void withoutABus();
    void aDeadBusStopsNothing();
    void followsThePortal();
};

void TestSystemAppearance::cleanup() { qunsetenv("DBUS_SESSION_BUS_ADDRESS"); }

void TestSystemAppearance::withoutABus()
{
    qunsetenv("DBUS_SESSION_BUS_ADDRESS");
    qputenv("XDG_RUNTIME_DIR", "/nonexistent");
    SystemAppearance appearance;
    appearance.follow();
    QCOMPARE(appearance.appearance(), Appearance::Light);
}

void TestSystemAppearance::aDeadBusStopsNothing()
{
    QTemporaryDir folder;
    QLocalServer mute; // takes connections and never says a word
    QVERIFY(mute.listen(folder.filePath(QStringLiteral("bus"))));
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + mute.fullServerName().toLocal8Bit());
    QElapsedTimer timer;
    timer.start();
    {
        SystemAppearance appearance;
        appearance.follow();
        QTRY_VERIFY(mute.hasPendingConnections());
        QLocalSocket* asked = mute.nextPendingConnection();
        QTRY_VERIFY(asked->bytesAvailable() > 0);
        QCOMPARE(appearance.appearance(), Appearance::Light);
    }
    // libdbus itself would wait 25 s for its hello.
    QVERIFY2(timer.elapsed() < 10'000, qPrintable(QString::number(timer.elapsed())));
}

void TestSystemAppearance::followsThePortal()
{
    QVERIFY2(!QStandardPaths::findExecutable(QStringLiteral("dbus-daemon")).isEmpty(),
             "Debian's package dbus-daemon is missing");
    QProcess bus;
    test::endsWithTest(bus);
    bus.start(QStringLiteral("dbus-daemon"),
              {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address")});
    QVERIFY(bus.waitForReadyRead(10'000));
    const QByteArray address = bus.readLine().trimmed();
    auto server = QDBusConnection::connectToBus(QString::fromLatin1(address), QStringLiteral("portal"));
    QVERIFY(server.isConnected());
    Portal portal;
    portal.scheme = 1;
    QVERIFY(server.registerObject(QStringLiteral("/org/freedesktop/portal/desktop"), &portal,
                                  QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
    QVERIFY(server.registerService(QStringLiteral("org.freedesktop.portal.Desktop")));

    qputenv("DBUS_SESSION_BUS_ADDRESS", address);
    SystemAppearance appearance;
    QSignalSpy changed(&appearance, &SystemAppearance::changed);
    appearance.follow();
    QTRY_COMPARE(appearance.appearance(), Appearance::Dark);
    const auto say = [&](const char* group, uint scheme) {
        Q_EMIT portal.SettingChanged(QLatin1String(group), QStringLiteral("color-scheme"),
                                     QDBusVariant(scheme));
    };
    say("org.freedesktop.appearance", 2);
    QTRY_COMPARE(appearance.appearance(), Appearance::Light);
    say("org.gnome.desktop.interface", 1); // not ours
    say("org.freedesktop.appearance", 1);
    QTRY_COMPARE(appearance.appearance(), Appearance::Dark);
    QCOMPARE(changed.size(), 3);
    QDBusConnection::disconnectFromBus(QStringLiteral("portal"));
    bus.kill();
    QVERIFY(bus.waitForFinished(10'000));
}

QTEST_MAIN(TestSystemAppearance)
#include "tst_system_appearance.moc"
