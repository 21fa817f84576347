#include "tests/support/child_of_test.h"

#include <QDir>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

/// The whole of Postern end to end, as `./demo --headless` runs it: real widgets, git, Prometheus, gateways.
class TestDemoStory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(QFile::exists(program()), "postern-demo is not built");
        QVERIFY2(!QStandardPaths::findExecutable(u"prometheus"_s).isEmpty(),
                 "Debian's package prometheus is missing");
    }

    void theStoryIsTold()
    {
        const QTemporaryDir pictures;
        const Ran ran = run({u"--headless"_s, u"60"_s, u"--screenshots"_s, pictures.path()}, {});
        QVERIFY2(ran.code == 0, qPrintable(ran.words));
        // In this order.
        qsizetype at = 0;
        for (const QString& step :
             {u"the console sees the fleet: 6 APIs, 12 gateways"_s, u"the limit is lowered in the form"_s,
              u"the difference is shown: fair-use: limit 100/s → 20/s"_s, u"committed and pushed"_s,
              u"both instances run it: edited → checked → committed → pushed → 2 of 2"_s,
              u"a caller meets the new limit"_s, u"budget left 100.0 % → "_s, u"the origin recovers"_s,
              u"screenshots:"_s, u"everything ended"_s}) {
            const qsizetype found = ran.words.indexOf(step, at);
            QVERIFY2(found >= at, qPrintable(step + u"\n"_s + ran.words));
            at = found;
        }
        QVERIFY2(!ran.words.contains(u" died: "_s), qPrintable(ran.words));
        const QStringList files = QDir(pictures.path()).entryList({u"*.png"_s});
        QVERIFY(files.size() >= 12);
        for (const QString& file : files)
            QVERIFY2(!QImage(pictures.filePath(file)).isNull(), qPrintable(file));
        leavesNothing(ran);
    }

    void aMissingPartIsNamed()
    {
        const QTemporaryDir programs;
        // All that is needed but Prometheus.
        QVERIFY(QFile::link(QStandardPaths::findExecutable(u"git"_s), programs.filePath(u"git"_s)));
        const Ran ran = run({u"--headless"_s, u"30"_s}, programs.path());
        QVERIFY(ran.code != 0);
        QVERIFY2(ran.words.contains(u"prometheus cannot be started"_s), qPrintable(ran.words));
        leavesNothing(ran);
    }

    void wrongArgumentsAreToldBeforeAnythingStarts()
    {
        const Ran ran = run({u"--headless"_s, u"soon"_s}, {});
        QCOMPARE(ran.code, 2);
        QVERIFY(ran.words.contains(u"usage:"_s));
        QVERIFY(!ran.words.contains(u"starting"_s));
    }

private:
    struct Ran
    {
        int code = -1;
        QString words;
        QString temporary; ///< its own folder for temporary files
    };

    static QString program() { return QStringLiteral(POSTERN_BINARY_DIR "/bin/postern-demo"); }

    Ran run(const QStringList& arguments, const QString& path)
    {
        m_temporary = std::make_unique<QTemporaryDir>();
        QProcess process;
        postern::test::endsWithTest(process);
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"TMPDIR"_s, m_temporary->path());
        environment.insert(u"HOME"_s, m_temporary->path());
        if (!path.isEmpty())
            environment.insert(u"PATH"_s, path);
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(program(), arguments);
        const bool ended = process.waitForFinished(240000);
        return {.code = ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                .words = QString::fromUtf8(process.readAll()),
                .temporary = m_temporary->path()};
    }

    static void leavesNothing(const Ran& ran)
    {
        QCOMPARE(QDir(ran.temporary).entryList({u"postern*"_s}), QStringList());
        for (const QString& id : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
            QFile file(u"/proc/%1/cmdline"_s.arg(id));
            const bool ours =
                file.open(QIODevice::ReadOnly) && file.readAll().contains(ran.temporary.toUtf8());
            QVERIFY2(!ours, qPrintable(u"process %1 is left"_s.arg(id)));
        }
    }

    std::unique_ptr<QTemporaryDir> m_temporary;
};

QTEST_GUILESS_MAIN(TestDemoStory)
#include "tst_demo_story.moc"
