#include "app/demo/platform/platform.h"
#include "app/demo/platform/progress_log.h"
#include "app/demo/story/desk.h"
#include "app/demo/story/story.h"
#include "tests/support/git_sandbox.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace postern;
using namespace postern::demo;
using postern::test::GitSandbox;

namespace {

const QString document = QStringLiteral("apis/payments/accounts/gateway.yaml");

} // namespace

/// The main job of Postern, once, by the console's own widgets; then what others can see of it: the remote,
/// the user's clone, the gateways, Prometheus.
class tst_EndToEnd : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theStory();

private:
    void seenInTheRepository(const Platform& platform, const QString& headBefore);
    void seenInTheGateways(Platform& platform);
    void seenInPrometheus(Platform& platform);
};

void tst_EndToEnd::theStory()
{
    const QString programs = QStringLiteral(POSTERN_BINARY_DIR "/bin");
    QVERIFY2(QFileInfo::exists(programs + QStringLiteral("/postern-gateway")),
             "postern-gateway is not built");
    const QTemporaryDir pictures;
    const ProgressLog log;
    QString directory;
    {
        Platform platform({.programs = programs, .weather = false});
        directory = platform.directory();
        const Result<void> started = platform.start();
        QVERIFY2(started, qPrintable(started ? QString() : started.error().text()));
        const QString head = GitSandbox::git(platform.repository().clone,
                                             {QStringLiteral("rev-parse"), QStringLiteral("HEAD")});
        {
            auto desk = Desk::create(*qApp, platform);
            QVERIFY2(desk, qPrintable(desk ? QString() : desk.error().text()));
            Story story(platform, **desk, log, pictures.path());
            const Result<void> told = story.tell(std::chrono::seconds(120));
            QVERIFY2(told, qPrintable(told ? QString() : told.error().text()));
        }
        seenInTheRepository(platform, head);
        seenInTheGateways(platform);
        seenInPrometheus(platform);
        platform.stop();
    }
    QVERIFY2(!QFileInfo::exists(directory), qPrintable(directory)); // nothing is left behind
    // Eight views, two themes, two sizes.
    QCOMPARE(QDir(pictures.path()).entryList({QStringLiteral("*.png")}).size(), 32);
}

void tst_EndToEnd::seenInTheRepository(const Platform& platform, const QString& headBefore)
{
    const QString clone = platform.repository().clone;
    // The commit is on the remote's branch; the user's own checkout was never touched.
    const QString pushed = GitSandbox::git(clone, {QStringLiteral("ls-remote"), QStringLiteral("origin"),
                                                   QStringLiteral("refs/heads/main")})
                               .section(QLatin1Char('\t'), 0, 0);
    QVERIFY(pushed != headBefore);
    QCOMPARE(GitSandbox::git(clone, {QStringLiteral("rev-parse"), QStringLiteral("HEAD")}), headBefore);
    QCOMPARE(GitSandbox::git(clone, {QStringLiteral("status"), QStringLiteral("--porcelain")}), QString());
    QCOMPARE(
        GitSandbox::git(clone, {QStringLiteral("diff"), QStringLiteral("--name-only"), headBefore, pushed}),
        document);
    // One line of the document and no other byte.
    QVERIFY(GitSandbox::git(clone, {QStringLiteral("diff"), QStringLiteral("--numstat"), headBefore, pushed})
                .startsWith(QStringLiteral("1\t1\t")));
}

void tst_EndToEnd::seenInTheGateways(Platform& platform)
{
    QSet<QString> hashes;
    for (const auto& gateway : platform.gateways()) {
        if (gateway->api().id() != QLatin1String("payments/accounts"))
            continue;
        const QByteArray answer =
            platform.get(QUrl(QStringLiteral("http://%1/config").arg(gateway->admin())));
        const QJsonObject config = QJsonDocument::fromJson(answer).object();
        hashes.insert(config.value(QLatin1String("hash")).toString());
        QCOMPARE(config.value(QLatin1String("revision")).toString(), platform.syncedRevision());
    }
    QCOMPARE(hashes.size(), 1);
    QVERIFY(!hashes.contains(QString()));
}

void tst_EndToEnd::seenInPrometheus(Platform& platform)
{
    const auto refused = [&] {
        QUrl url = platform.prometheusUrl();
        url.setPath(QStringLiteral("/api/v1/query"));
        url.setQuery(
            QStringLiteral("query=sum(postern_requests_total{api=\"payments/accounts\",code=\"429\"})"));
        const QJsonObject answer = QJsonDocument::fromJson(platform.get(url)).object();
        const auto result = answer[QLatin1String("data")][QLatin1String("result")];
        return result[0][QLatin1String("value")][1].toString().toDouble();
    };
    QTRY_VERIFY_WITH_TIMEOUT(refused() > 0.0, 15'000);
}

QTEST_MAIN(tst_EndToEnd)
#include "tst_end_to_end.moc"
