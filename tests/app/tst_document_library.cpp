#include "app/workspace/document_library.h"

#include "gateway/policies/catalogue.h"
#include "tests/support/git_sandbox.h"

#include <QFile>
#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class tst_DocumentLibrary : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refreshDuringAFetch_data();
    void refreshDuringAFetch();
};

void tst_DocumentLibrary::refreshDuringAFetch_data()
{
    QTest::addColumn<QByteArray>("after");
    QTest::newRow("that succeeds") << QByteArray("exec git-upload-pack \"$@\"\n");
    QTest::newRow("that fails") << QByteArray(
        "[ $(wc -l < calls) = 1 ] && exit 1\nexec git-upload-pack \"$@\"\n");
}

void tst_DocumentLibrary::refreshDuringAFetch()
{
    QFETCH(QByteArray, after);
    GitSandbox sandbox;
    const QString tip = sandbox.seed({{u"README.md"_s, "x\n"}});
    const QString clone = sandbox.clone(u"clone"_s);
    const QString hold = sandbox.path(u"hold"_s);
    const QString calls = sandbox.path(u"calls"_s);
    const QString script = sandbox.path(u"upload-pack"_s);
    GitSandbox::write(hold, {});
    GitSandbox::write(script, "#!/bin/sh\ncd \"" + QFile::encodeName(sandbox.path({})) +
                                  "\"\necho call >> calls\nwhile [ -e hold ]; do sleep 0.05; done\n" + after);
    QVERIFY(QFile(script).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    GitSandbox::git(clone, {u"config"_s, u"remote.origin.uploadpack"_s, script});

    Repository repository(clone);
    const SystemClock clock;
    // No fetch by the clock comes while the test runs.
    DocumentLibrary library(repository, policyCatalogue(), clock, {.fetchEvery = 1h});
    library.start();
    const auto count = [&calls] { return GitSandbox::read(calls).count('\n'); };
    QTRY_COMPARE_WITH_TIMEOUT(count(), 1, 30'000);
    library.refresh();
    library.refresh(); // is one with the last
    QVERIFY(QFile::remove(hold));
    QTRY_COMPARE_WITH_TIMEOUT(count(), 2, 30'000);
    QTRY_COMPARE_WITH_TIMEOUT(int(library.state().state), int(SourceState::State::Live), 30'000);
    QTRY_VERIFY_WITH_TIMEOUT(library.snapshot() && library.snapshot()->revision == tip, 30'000);
    QVERIFY(!QTest::qWaitFor([&count] { return count() > 2; }, 200));
}

QTEST_GUILESS_MAIN(tst_DocumentLibrary)
#include "tst_document_library.moc"
