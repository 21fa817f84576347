#include "app/demo/sync/config_map_folder.h"
#include "app/demo/sync/follower.h"
#include "app/demo/sync/revision_annotation.h"

#include "tests/support/git_sandbox.h"

#include <QSignalSpy>
#include <QTest>

using namespace postern;
using namespace postern::demo;
using namespace postern::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kDocument =
    "# Accounts\napiVersion: postern.dev/v1alpha1\nkind: ApiGateway\nmetadata:\n  name: accounts # ours\n"
    "spec:\n  routes: []\n";

} // namespace

class TestDemoFollower : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theRevisionIsSplicedIn_data()
    {
        QTest::addColumn<QByteArray>("text");
        const QByteArray with =
            QByteArray(kDocument).replace("# ours\n", "# ours\n  annotations:\n    a: b # keep\n");
        QTest::newRow("no annotations") << kDocument;
        QTest::newRow("others") << with;
        QTest::newRow("an old revision") << QByteArray(with).replace(
            "    a: b # keep\n", "    a: b # keep\n    postern.dev/revision: 4f1c2a9 # filled in\n");
    }

    void theRevisionIsSplicedIn()
    {
        QFETCH(QByteArray, text);
        const QString revision = QString(40, u'a');
        const Result<QByteArray> spliced = withRevision(text, revision);
        QVERIFY2(spliced.has_value(), spliced ? "" : qPrintable(spliced.error().text()));
        QCOMPARE(spliced->count(revision.toLatin1()), 1);
        QVERIFY(spliced->contains("postern.dev/revision"));
        // Every line that was there is there still, but for the old revision.
        const QList<QByteArray> lines = text.split('\n');
        for (const QByteArray& line : lines)
            QVERIFY2(line.contains("4f1c2a9") || spliced->contains(line), line.constData());
        // A commit whose short form looks like a number stays a text.
        const Result<QByteArray> again = withRevision(*spliced, u"1234567"_s);
        QVERIFY(again.has_value());
        QVERIFY2(again->contains("'1234567'") || again->contains("\"1234567\""), again->constData());
    }

    void bringsEachCommitAndKeepsWhatWorks()
    {
        GitSandbox sandbox;
        const QString file = u"apis/payments/accounts/gateway.yaml"_s;
        const QString seed =
            sandbox.seed({{file, kDocument}, {u"apis/payments/cards/gateway.yaml"_s, kDocument}});
        // Stands in for `postern-gateway bundle CHECKOUT --api NAMESPACE/NAME --out DIR`.
        const QString gateway = sandbox.path(u"gateway.sh"_s);
        GitSandbox::write(gateway, "#!/bin/sh\nset -e\ngrep -q broken \"$2/apis/$4/gateway.yaml\" && { echo "
                                   "'accounts: broken' >&2; exit 1; }\n"
                                   "mkdir -p \"$6\"\ncp \"$2/apis/$4/gateway.yaml\" \"$6/gateway.yaml\"\n");
        QFile(gateway).setPermissions(QFile::ReadOwner | QFile::ExeOwner);
        const auto mount = [&](const QString& name) { return sandbox.path(u"mount/"_s + name); };
        Follower follower({.repository = sandbox.remote(),
                           .branch = u"main"_s,
                           .gateway = gateway,
                           .work = sandbox.path(u"work"_s),
                           .targets = {{u"payments/accounts"_s, {mount(u"a1"_s), mount(u"a2"_s)}},
                                       {u"payments/cards"_s, {mount(u"c1"_s)}}},
                           .interval = std::chrono::milliseconds(20)});
        QSignalSpy synced(&follower, &Follower::synced);
        QSignalSpy failed(&follower, &Follower::failed);
        follower.start();
        const auto read = [&](const QString& name) {
            return GitSandbox::read(mount(name) + u"/gateway.yaml"_s);
        };
        QTRY_COMPARE_WITH_TIMEOUT(synced.size(), 1, 20000);
        for (const QString& name : {u"a1"_s, u"a2"_s, u"c1"_s})
            QVERIFY2(read(name).contains(seed.toLatin1()), read(name).constData());

        const QString clone = sandbox.clone(u"alice"_s);
        const QString broken = sandbox.commitAndPush(clone, file, kDocument + "# broken\n", u"Oops"_s);
        QTRY_COMPARE_WITH_TIMEOUT(synced.size(), 2, 20000);
        QCOMPARE(failed.size(), 1);
        QCOMPARE(failed[0][0].toString(), u"payments/accounts"_s);
        QVERIFY(failed[0][1].toString().contains(u"broken"_s));
        QVERIFY(read(u"a1"_s).contains(seed.toLatin1()));
        QVERIFY(read(u"c1"_s).contains(broken.toLatin1()));

        const QString mended = sandbox.commitAndPush(clone, file, kDocument + "# mended\n", u"Mend"_s);
        QTRY_COMPARE_WITH_TIMEOUT(synced.size(), 3, 20000);
        QVERIFY(read(u"a2"_s).contains(mended.toLatin1()));
        QVERIFY(read(u"a2"_s).contains("# mended"));
    }
};

QTEST_GUILESS_MAIN(TestDemoFollower)
#include "tst_demo_follower.moc"
