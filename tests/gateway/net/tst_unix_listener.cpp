#include "gateway/net/listening_socket.h"
#include "gateway/net/native_address.h"
#include "gateway/net/unix_socket_file.h"
#include "tests/support/raw_client.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace postern;
using namespace postern::test;

/// Listening on a path: the file, what was there before, and its end.
class TestUnixListener : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void listens();
    void takenPathIsRefused();
    void stalePathIsReplaced();
    void otherFilesAreLeftAlone();
    void missingFolderIsAnError();
    void fileGoesWithItsOwner();
    void successorsFileStays();
    void leftFileStays();

private:
    [[nodiscard]] SocketAddress address() const { return {{}, 0, m_path}; }
    [[nodiscard]] bool isThere() const { return QFile::exists(m_path); }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

void TestUnixListener::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_path = m_folder->filePath(QStringLiteral("a.sock"));
}

void TestUnixListener::listens()
{
    const auto socket = listenOn(address());
    QVERIFY2(socket.has_value(), socket ? "" : qPrintable(socket.error().text()));
    QVERIFY(RawClient(m_path.toStdString()).isConnected());
    struct stat status
    {};
    QCOMPARE(::lstat(m_path.toUtf8().constData(), &status), 0);
    QVERIFY(S_ISSOCK(status.st_mode));
    QCOMPARE(status.st_mode & 0777, 0660u);
    QCOMPARE(localAddress(socket->fd())->text(), QLatin1String("unix:") + m_path);
}

void TestUnixListener::takenPathIsRefused()
{
    const auto first = listenOn(address());
    QVERIFY(first.has_value());
    const auto second = listenOn(address());
    QVERIFY(!second.has_value());
    QVERIFY(second.error().text().contains(m_path));
    QVERIFY(RawClient(m_path.toStdString()).isConnected());
}

void TestUnixListener::stalePathIsReplaced()
{
    QVERIFY(listenOn(address()).has_value()); // closed at once: its file is left, as by a process that dies
    QVERIFY(isThere());
    QVERIFY(!RawClient(m_path.toStdString()).isConnected());
    const auto socket = listenOn(address());
    QVERIFY(socket.has_value());
    QVERIFY(RawClient(m_path.toStdString()).isConnected());
}

void TestUnixListener::otherFilesAreLeftAlone()
{
    QFile file(m_path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("precious");
    file.close();
    QVERIFY(!listenOn(address()).has_value());
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("precious"));
    UnixSocketFile::at(m_path).remove();
    QVERIFY(isThere());
}

void TestUnixListener::missingFolderIsAnError()
{
    m_path = m_folder->filePath(QStringLiteral("none/a.sock"));
    QVERIFY(!listenOn(address()).has_value());
}

void TestUnixListener::fileGoesWithItsOwner()
{
    const auto socket = listenOn(address());
    {
        UnixSocketFile file = UnixSocketFile::at(m_path);
        UnixSocketFile moved = std::move(file);
        UnixSocketFile assigned;
        assigned = std::move(moved);
        QVERIFY(isThere());
    }
    QVERIFY(!isThere());
}

void TestUnixListener::successorsFileStays()
{
    const auto first = listenOn(address());
    UnixSocketFile file = UnixSocketFile::at(m_path);
    QVERIFY(QFile::rename(m_path, m_path + QStringLiteral(".old"))); // keeps the inode in use
    const auto second = listenOn(address());
    QVERIFY(second.has_value());
    file.remove();
    QVERIFY(isThere());
}

void TestUnixListener::leftFileStays()
{
    const auto socket = listenOn(address());
    {
        UnixSocketFile file = UnixSocketFile::at(m_path);
        file.leave();
    }
    QVERIFY(isThere());
}

QTEST_GUILESS_MAIN(TestUnixListener)
#include "tst_unix_listener.moc"
