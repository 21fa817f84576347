#include "app/demo/sync/config_map_folder.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

using namespace postern;
using namespace postern::demo;
using namespace Qt::StringLiterals;

namespace {

void write(const QString& path, const QByteArray& text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

QByteArray readAt(int directory, const char* name)
{
    const int file = ::openat(directory, name, O_RDONLY);
    if (file < 0)
        return {};
    char text[64];
    const ssize_t size = ::read(file, text, sizeof text);
    ::close(file);
    return QByteArray(text, std::max<ssize_t>(size, 0));
}

} // namespace

class TestDemoConfigMap : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        QVERIFY(QDir().mkpath(source()));
    }

    void looksAsTheKubeletMakesIt()
    {
        write(source() + u"/gateway.yaml"_s, "one");
        write(source() + u"/jwks.json"_s, "keys");
        const ConfigMapFolder folder(mount());
        QVERIFY(folder.current().isEmpty());
        const QDateTime now(QDate(2026, 11, 24), QTime(2, 10, 1, 123), Qt::UTC);
        QVERIFY(folder.swap(source(), now).has_value());
        QCOMPARE(folder.current(), u"..2026_11_24_02_10_01.123000000"_s);
        QCOMPARE(QFile::symLinkTarget(mount() + u"/gateway.yaml"_s), mount() + u"/..data/gateway.yaml"_s);
        QCOMPARE(read(u"gateway.yaml"_s), QByteArray("one"));

        // A file came, one went, one changed; the last folder stays for who is reading it.
        QVERIFY(QFile::remove(source() + u"/jwks.json"_s));
        write(source() + u"/gateway.yaml"_s, "two");
        write(source() + u"/more.yaml"_s, "more");
        QVERIFY(folder.swap(source(), now).has_value());
        QCOMPARE(folder.current(), u"..2026_11_24_02_10_01.123000001"_s);
        QCOMPARE(read(u"gateway.yaml"_s), QByteArray("two"));
        QCOMPARE(read(u"more.yaml"_s), QByteArray("more"));
        QVERIFY(!QFileInfo(mount() + u"/jwks.json"_s).isSymLink());
        QVERIFY(QFile::exists(mount() + u"/..2026_11_24_02_10_01.123000000/gateway.yaml"_s));
        QVERIFY(folder.swap(source(), now.addSecs(1)).has_value());
        QVERIFY(!QFile::exists(mount() + u"/..2026_11_24_02_10_01.123000000"_s));
    }

    void aReaderSeesTheOldOrTheNew()
    {
        const ConfigMapFolder folder(mount());
        const auto put = [&](int version) {
            write(source() + u"/a"_s, QByteArray::number(version));
            write(source() + u"/b"_s, QByteArray::number(version));
            return folder.swap(source(), QDateTime::currentDateTimeUtc()).has_value();
        };
        QVERIFY(put(0));
        std::atomic<bool> over = false;
        std::atomic<int> torn = 0;
        std::atomic<int> missing = 0;
        std::atomic<int> seen = 0;
        std::thread reader([&] {
            const QByteArray data = (mount() + u"/..data"_s).toUtf8();
            while (!over) {
                const int opened = ::open(data.constData(), O_RDONLY | O_DIRECTORY);
                missing += opened < 0 ? 1 : 0;
                const QByteArray a = readAt(opened, "a");
                const QByteArray b = readAt(opened, "b");
                ::close(opened);
                // Empty: two swaps came between opening and reading.
                torn += !a.isEmpty() && !b.isEmpty() && a != b ? 1 : 0;
                ++seen;
            }
        });
        bool all = true;
        for (int version = 1; version <= 200 || seen < 50; ++version)
            all = put(version) && all;
        over = true;
        reader.join();
        QVERIFY(all);
        QCOMPARE(torn.load(), 0);
        QCOMPARE(missing.load(), 0);
    }

    void saysWhatItCannotDo()
    {
        write(m_directory->filePath(u"file"_s), "x");
        const Result<void> done = ConfigMapFolder(m_directory->filePath(u"file/mount"_s))
                                      .swap(source(), QDateTime::currentDateTimeUtc());
        QVERIFY(!done);
        QVERIFY(done.error().message.contains(u"file/mount"_s));
    }

private:
    [[nodiscard]] QString source() const { return m_directory->filePath(u"source"_s); }
    [[nodiscard]] QString mount() const { return m_directory->filePath(u"mount"_s); }
    [[nodiscard]] QByteArray read(const QString& name) const
    {
        QFile file(mount() + u'/' + name);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    std::unique_ptr<QTemporaryDir> m_directory;
};

QTEST_GUILESS_MAIN(TestDemoConfigMap)
#include "tst_demo_config_map.moc"
