#include "models/git/repository.h"

#include "tests/models/git/wait.h"
#include "tests/support/git_sandbox.h"

#include <QDir>
#include <QPointer>
#include <QSignalSpy>
#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace Qt::StringLiterals;

namespace {

const QByteArray kDocument = "limit: 100\nper: 1s\n# a comment\nburst: 200\n";

} // namespace

class TestRepository : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_sandbox = std::make_unique<GitSandbox>();
        m_seed = m_sandbox->seed({{u"apis/payments/accounts/gateway.yaml"_s, kDocument},
                                  {u"baselines/payments.yaml"_s, "kind: GatewayBaseline\n"},
                                  {u"apis/payments/a b/ä \"ö\".yaml"_s, "x: ü\n"}});
    }

    void opensAClone()
    {
        const QString clone = m_sandbox->clone(u"alice"_s);
        Repository repository(clone + u"/apis"_s);
        QSignalSpy changed(&repository, &Repository::stateChanged);
        const Result<RepositoryState> state = wait(repository.open());
        VERIFY_OK(state);
        QCOMPARE(state->directory, clone);
        QCOMPARE(state->branch, u"main"_s);
        QCOMPARE(state->remote, u"origin"_s);
        QCOMPARE(state->upstream, u"origin/main"_s);
        QCOMPARE(state->tip, m_seed);
        QCOMPARE(state->head, m_seed);
        QVERIFY(!state->detached);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(repository.state(), *state);
    }

    void refusesWhatIsNoClone_data()
    {
        QTest::addColumn<QString>("directory");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("words");
        QTest::newRow("missing") << u"nowhere"_s << int(Error::Kind::NotFound)
                                 << u"there is no such folder"_s;
        QTest::newRow("plain folder") << u"home"_s << int(Error::Kind::NotFound) << u"not a git repository"_s;
        QTest::newRow("bare") << u"remote.git"_s << int(Error::Kind::Invalid) << u"bare"_s;
        QTest::newRow("no remote") << u"alone"_s << int(Error::Kind::Invalid) << u"no remote"_s;
        QTest::newRow("many remotes") << u"many"_s << int(Error::Kind::Invalid) << u"several remotes"_s;
        QTest::newRow("detached") << u"detached"_s << int(Error::Kind::Invalid) << u"detached head"_s;
    }

    void refusesWhatIsNoClone()
    {
        QFETCH(QString, directory);
        QFETCH(int, kind);
        QFETCH(QString, words);
        GitSandbox::git(m_sandbox->path(u"."_s), {u"init"_s, u"-q"_s, u"alone"_s});
        const QString many = m_sandbox->clone(u"many"_s);
        GitSandbox::git(many, {u"remote"_s, u"rename"_s, u"origin"_s, u"one"_s});
        GitSandbox::git(many, {u"config"_s, u"--remove-section"_s, u"branch.main"_s});
        GitSandbox::git(many, {u"remote"_s, u"add"_s, u"two"_s, u"/nowhere"_s});
        const QString detached = m_sandbox->clone(u"detached"_s);
        GitSandbox::git(detached, {u"checkout"_s, u"-q"_s, u"--detach"_s});
        GitSandbox::git(detached, {u"remote"_s, u"set-head"_s, u"origin"_s, u"--delete"_s});

        Repository repository(m_sandbox->path(directory));
        const Result<RepositoryState> state = wait(repository.open());
        QVERIFY(!state);
        QVERIFY2(state.error().text().contains(words), qPrintable(state.error().text()));
        QCOMPARE(int(state.error().kind), kind);
    }

    void aDetachedHeadMeansTheDefaultBranch()
    {
        const QString clone = m_sandbox->clone(u"alice"_s);
        GitSandbox::git(clone, {u"checkout"_s, u"-q"_s, u"--detach"_s});
        GitSandbox::git(clone, {u"remote"_s, u"set-head"_s, u"origin"_s, u"main"_s});
        Repository repository(clone);
        const Result<RepositoryState> state = wait(repository.open());
        VERIFY_OK(state);
        QVERIFY(state->detached);
        QCOMPARE(state->branch, u"main"_s);
    }

    void followsTheBranchThatIsConfigured()
    {
        const QString clone = m_sandbox->clone(u"alice"_s);
        GitSandbox::git(clone, {u"push"_s, u"-q"_s, u"origin"_s, u"main:live"_s});
        GitSandbox::git(clone, {u"checkout"_s, u"-q"_s, u"-b"_s, u"mine"_s, u"--track"_s, u"origin/live"_s});
        Repository repository(clone);
        const Result<RepositoryState> state = wait(repository.open());
        VERIFY_OK(state);
        QCOMPARE(state->branch, u"live"_s);
        QCOMPARE(state->upstream, u"origin/live"_s);
    }

    void anEmptyRemoteOpensWithoutATip()
    {
        GitSandbox::git(m_sandbox->path(u"."_s), {u"init"_s, u"-q"_s, u"--bare"_s, u"empty.git"_s});
        GitSandbox::git(m_sandbox->path(u"."_s), {u"clone"_s, u"-q"_s, u"empty.git"_s, u"unborn"_s});
        Repository repository(m_sandbox->path(u"unborn"_s));
        const Result<RepositoryState> state = wait(repository.open());
        VERIFY_OK(state);
        QVERIFY(state->tip.isEmpty());
        QVERIFY(state->head.isEmpty());
        const Result<RepositoryState> fetched = wait(repository.fetch());
        QVERIFY(!fetched);
        QCOMPARE(fetched.error().kind, Error::Kind::NotFound);
        const auto files = wait(repository.listFiles({}));
        QVERIFY(!files);
        QCOMPARE(files.error().kind, Error::Kind::NotFound);
        const auto commit =
            wait(repository.commit({.base = state->tip, .files = {{u"a"_s, "a"}}, .message = u"m"_s}));
        QVERIFY(!commit);
        QVERIFY2(commit.error().message.contains(u"no commit yet"_s), qPrintable(commit.error().text()));
    }

    void saysWhenItIsNotOpen()
    {
        Repository repository(m_sandbox->clone(u"alice"_s));
        const auto files = wait(repository.listFiles({}));
        QVERIFY(!files);
        QVERIFY(files.error().message.contains(u"not open"_s));
    }

    void fetchesTheBranchAndNothingElse()
    {
        const QString clone = m_sandbox->clone(u"alice"_s);
        const QString other = m_sandbox->clone(u"bob"_s);
        Repository repository(clone);
        VERIFY_OK(wait(repository.open()));
        GitSandbox::git(other, {u"tag"_s, u"v1"_s});
        GitSandbox::git(other, {u"push"_s, u"-q"_s, u"--tags"_s});
        const QString moved = m_sandbox->commitAndPush(other, u"new.yaml"_s, "a: 1\n", u"New"_s);

        const Result<RepositoryState> state = wait(repository.fetch());
        VERIFY_OK(state);
        QCOMPARE(state->tip, moved);
        QCOMPARE(state->head, m_seed);
        QCOMPARE(state->behind, 1);
        QCOMPARE(state->ahead, 0);
        QVERIFY(state->fetchedAt.isValid());
        QVERIFY(GitSandbox::git(clone, {u"tag"_s}).isEmpty());
        QVERIFY(!QFile::exists(clone + u"/.git/FETCH_HEAD"_s));
        QVERIFY(!QFile::exists(clone + u"/new.yaml"_s));
    }

    void aRemoteThatIsAwayIsRetryable_data()
    {
        QTest::addColumn<QString>("url");
        QTest::addColumn<bool>("retryable");
        QTest::addColumn<int>("kind");
        QTest::newRow("refused") << u"git://127.0.0.1:1/x.git"_s << true << int(Error::Kind::Unavailable);
        QTest::newRow("no such folder") << u"/nowhere/x.git"_s << false << int(Error::Kind::NotFound);
    }

    void aRemoteThatIsAwayIsRetryable()
    {
        QFETCH(QString, url);
        QFETCH(bool, retryable);
        QFETCH(int, kind);
        const QString clone = m_sandbox->clone(u"alice"_s);
        GitSandbox::git(clone, {u"remote"_s, u"set-url"_s, u"origin"_s, url});
        Repository repository(clone);
        VERIFY_OK(wait(repository.open()));
        const Result<RepositoryState> state = wait(repository.fetch());
        QVERIFY(!state);
        QVERIFY2(state.error().retryable == retryable, qPrintable(state.error().text()));
        QCOMPARE(int(state.error().kind), kind);
    }

    void wordsOfGitShowNoCredentials()
    {
        const QString clone = m_sandbox->clone(u"alice"_s);
        GitSandbox::git(clone,
                        {u"remote"_s, u"set-url"_s, u"origin"_s, u"http://joe:s3cret@127.0.0.1:1/x.git"_s});
        Repository repository(clone);
        VERIFY_OK(wait(repository.open()));
        const Result<RepositoryState> state = wait(repository.fetch());
        QVERIFY(!state);
        QVERIFY(!state.error().text().contains(u"s3cret"_s));
    }

    void listsAndReadsFiles()
    {
        const QString clone = m_sandbox->clone(u"alice"_s);
        QVERIFY(QFile::link(u"accounts/gateway.yaml"_s, clone + u"/apis/payments/link.yaml"_s));
        const QString tip = m_sandbox->commitAndPush(clone, u"run.sh"_s, "#!/bin/sh\n", u"More"_s);
        Repository repository(clone);
        VERIFY_OK(wait(repository.open()));

        const auto all = wait(repository.listFiles(tip));
        VERIFY_OK(all);
        QStringList paths;
        for (const TreeFile& file : *all)
            paths << file.path;
        paths.sort();
        QCOMPARE(paths,
                 QStringList({u"apis/payments/a b/ä \"ö\".yaml"_s, u"apis/payments/accounts/gateway.yaml"_s,
                              u"baselines/payments.yaml"_s, u"run.sh"_s}));
        const auto some = wait(repository.listFiles({}, u"apis/payments/a b"_s));
        VERIFY_OK(some);
        QCOMPARE(some->size(), size_t(1));
        QCOMPARE(some->front().size, 6);

        const auto files =
            wait(repository.readFiles(m_seed, {u"apis/payments/a b/ä \"ö\".yaml"_s, u"missing.yaml"_s,
                                               u"apis/payments/accounts/gateway.yaml"_s}));
        VERIFY_OK(files);
        QCOMPARE(files->size(), size_t(3));
        QCOMPARE((*files)[0].text.value(), QByteArray("x: ü\n"));
        QVERIFY(!(*files)[1].text);
        QCOMPARE((*files)[1].text.error().kind, Error::Kind::NotFound);
        QCOMPARE((*files)[2].text.value(), kDocument);
    }

    void largeFilesAreRefusedNotRead()
    {
        const QString clone = m_sandbox->clone(u"alice"_s);
        m_sandbox->commitAndPush(clone, u"large"_s, QByteArray(3000, 'x'), u"Large"_s);
        Repository repository(clone, {.maxFileBytes = 2000});
        VERIFY_OK(wait(repository.open()));
        const auto files = wait(repository.readFiles({}, {u"large"_s, u"baselines/payments.yaml"_s}));
        VERIFY_OK(files);
        QCOMPARE((*files)[0].text.error().kind, Error::Kind::Exhausted);
        QCOMPARE((*files)[1].text.value(), QByteArray("kind: GatewayBaseline\n"));
    }

    void aRevisionIsNeverAnOption()
    {
        Repository repository(m_sandbox->clone(u"alice"_s));
        VERIFY_OK(wait(repository.open()));
        for (const QString& revision : {u"--help"_s, u"no-such"_s, u"main:apis"_s}) {
            const auto files = wait(repository.listFiles(revision));
            QVERIFY(!files);
            QCOMPARE(files.error().kind, Error::Kind::NotFound);
        }
    }

    void tellsTheHistoryOfAFileAndOfItsLines()
    {
        const QString clone = m_sandbox->clone(u"alice"_s);
        const QString file = u"apis/payments/accounts/gateway.yaml"_s;
        const QString lower =
            m_sandbox->commitAndPush(clone, file, QByteArray(kDocument).replace("100", "50"),
                                     u"Lower the limit\n\nBecause of the incident: ä"_s);
        const QString burst = m_sandbox->commitAndPush(
            clone, file, QByteArray(kDocument).replace("100", "50").replace("burst: 200", "burst: 60"),
            u"Burst"_s);
        m_sandbox->commitAndPush(clone, u"other.yaml"_s, "a: 1\n", u"Other"_s);
        Repository repository(clone);
        VERIFY_OK(wait(repository.open()));

        const auto ofFile = wait(repository.log({.revision = {}, .path = file}));
        VERIFY_OK(ofFile);
        QCOMPARE(ofFile->size(), size_t(3));
        QCOMPARE((*ofFile)[0].hash, burst);
        QCOMPARE((*ofFile)[1].hash, lower);
        QCOMPARE((*ofFile)[1].subject, u"Lower the limit"_s);
        QCOMPARE((*ofFile)[1].message, u"Lower the limit\n\nBecause of the incident: ä"_s);
        QCOMPARE((*ofFile)[1].author, u"alice"_s);
        QCOMPARE((*ofFile)[1].email, u"alice@bank.example"_s);
        QCOMPARE((*ofFile)[1].parents, QStringList{m_seed});
        QVERIFY(std::abs((*ofFile)[1].time.secsTo(QDateTime::currentDateTimeUtc())) < 600);

        const auto ofLimit =
            wait(repository.log({.revision = {}, .path = file, .firstLine = 1, .lastLine = 1}));
        VERIFY_OK(ofLimit);
        QCOMPARE(ofLimit->size(), size_t(2));
        QCOMPARE((*ofLimit)[0].hash, lower);
        QCOMPARE((*ofLimit)[1].hash, m_seed);

        const auto latest = wait(repository.log({.revision = {}, .path = {}, .limit = 1}));
        VERIFY_OK(latest);
        QCOMPARE(latest->size(), size_t(1));
        QCOMPARE(latest->front().subject, u"Other"_s);
    }

    void cancelEndsTheProcess()
    {
        const QString clone = m_sandbox->clone(u"alice"_s);
        const QString begun = m_sandbox->path(u"begun"_s);
        const QString script = m_sandbox->path(u"ssh.sh"_s);
        GitSandbox::write(script, "#!/bin/sh\ntouch " + begun.toUtf8() + "\nexec sleep 100\n");
        QFile(script).setPermissions(QFile::ReadOwner | QFile::ExeOwner);
        GitSandbox::git(clone, {u"config"_s, u"core.sshCommand"_s, script});
        GitSandbox::git(clone, {u"remote"_s, u"set-url"_s, u"origin"_s, u"ssh://host/x.git"_s});
        Repository repository(clone);
        VERIFY_OK(wait(repository.open()));
        QPointer<Operation<RepositoryState>> fetching = repository.fetch();
        QPointer<Operation<RepositoryState>> waiting = repository.fetch();
        QSignalSpy ended(fetching, &GitOperation::finished);
        QSignalSpy waitingEnded(waiting, &GitOperation::finished);
        QTRY_VERIFY(QFile::exists(begun));
        waiting->cancel();
        QTRY_COMPARE(waitingEnded.size(), 1);
        fetching->cancel();
        QVERIFY(fetching->wasCancelled());
        QTRY_COMPARE(ended.size(), 1);
        QTRY_VERIFY(fetching.isNull());
        VERIFY_OK(wait(repository.listFiles({})));
    }

    void aTimeoutEndsIt()
    {
        const QString clone = m_sandbox->clone(u"alice"_s);
        GitSandbox::git(clone, {u"config"_s, u"core.sshCommand"_s, u"sleep 100 #"_s});
        GitSandbox::git(clone, {u"remote"_s, u"set-url"_s, u"origin"_s, u"ssh://host/x.git"_s});
        Repository repository(clone, {.networkTimeout = std::chrono::milliseconds(200)});
        VERIFY_OK(wait(repository.open()));
        const Result<RepositoryState> state = wait(repository.fetch());
        QVERIFY(!state);
        QCOMPARE(state.error().kind, Error::Kind::TimedOut);
        QVERIFY(state.error().retryable);
    }

    void mayBeDestroyedWhileItWorks()
    {
        auto repository = std::make_unique<Repository>(m_sandbox->clone(u"alice"_s));
        VERIFY_OK(wait(repository->open()));
        auto* fetch = repository->fetch();
        QSignalSpy ended(fetch, &GitOperation::finished);
        QSignalSpy progressed(fetch, &GitOperation::progressed);
        repository->listFiles({});
        QTRY_VERIFY(!progressed.isEmpty());
        repository.reset();
        QCOMPARE(ended.size(), 0);
    }

    void saysWhenGitIsMissing()
    {
        const QString clone = m_sandbox->clone(u"alice"_s);
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", "/nonexistent");
        Repository repository(clone);
        const Result<RepositoryState> state = wait(repository.open());
        qputenv("PATH", path);
        QVERIFY(!state);
        QVERIFY2(state.error().message.contains(u"cannot be started"_s), qPrintable(state.error().text()));
    }

private:
    std::unique_ptr<GitSandbox> m_sandbox;
    QString m_seed;
};

QTEST_GUILESS_MAIN(TestRepository)
#include "tst_repository.moc"
