#include "models/git/repository.h"

#include "tests/models/git/wait.h"
#include "tests/support/child_of_test.h"
#include "tests/support/git_sandbox.h"

#include <QCoreApplication>
#include <QDir>
#include <QProcess>
#include <QSignalSpy>
#include <QTest>

using namespace postern;
using namespace postern::test;
using namespace Qt::StringLiterals;

namespace {

const QString kFile = u"apis/payments/accounts/gateway.yaml"_s;
const QByteArray kDocument = "limit: 100\nper: 1s\n# one\n# two\n# three\n# four\n# five\nburst: 200\n";

QByteArray with(const char* from, const char* to) { return QByteArray(kDocument).replace(from, to); }

// What the user sees of the own clone: nothing of it may change.
struct Checkout
{
    QString head, status, branches, stash;
    QByteArray index;

    static Checkout of(const QString& clone)
    {
        return {GitSandbox::git(clone, {u"rev-parse"_s, u"HEAD"_s}),
                GitSandbox::git(clone, {u"--no-optional-locks"_s, u"status"_s, u"--porcelain"_s}),
                GitSandbox::git(clone, {u"for-each-ref"_s, u"refs/heads"_s, u"refs/tags"_s}),
                GitSandbox::git(clone, {u"stash"_s, u"list"_s}), GitSandbox::read(clone + u"/.git/index"_s)};
    }
    friend bool operator==(const Checkout&, const Checkout&) = default;
};

} // namespace

class TestPublish : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_sandbox = std::make_unique<GitSandbox>();
        m_seed = m_sandbox->seed({{kFile, kDocument}, {u"other.yaml"_s, "a: 1\n"}});
        m_clone = m_sandbox->clone(u"alice"_s);
        m_repository = std::make_unique<Repository>(m_clone);
        VERIFY_OK(wait(m_repository->open()));
    }

    void cleanup()
    {
        QVERIFY(noWorkTrees());
        m_repository.reset();
    }

    void commitsAndPushesWithoutTouchingTheCheckout()
    {
        GitSandbox::write(m_clone + u"/other.yaml"_s, "a: dirty\n");
        GitSandbox::write(m_clone + u"/staged.yaml"_s, "b: 1\n");
        GitSandbox::git(m_clone, {u"add"_s, u"staged.yaml"_s});
        const Checkout before = Checkout::of(m_clone);

        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        VERIFY_OK(commit);
        QCOMPARE(commit->parents, QStringList{m_seed});
        QCOMPARE(commit->author, u"alice"_s);
        QCOMPARE(commit->message, u"Lower the limit\n\n# not a comment"_s);
        const auto outcome = wait(m_repository->push(commit->hash));
        VERIFY_OK(outcome);
        QCOMPARE(outcome->commit, commit->hash);
        QVERIFY(!outcome->rebased);

        QCOMPARE(remoteTip(), commit->hash);
        QCOMPARE(remoteFile(kFile), with("limit: 100", "limit: 50"));
        QCOMPARE(GitSandbox::git(m_sandbox->remote(), {u"diff"_s, u"--name-only"_s, m_seed, remoteTip()}),
                 kFile);
        QVERIFY(Checkout::of(m_clone) == before);
        QCOMPARE(m_repository->state().tip, commit->hash);
        QCOMPARE(m_repository->state().behind, 1);
        VERIFY_OK(wait(m_repository->pending()));
        QVERIFY(wait(m_repository->pending())->empty());
    }

    void addsAndRemovesFilesWithAnyName()
    {
        const QString name = u"apis/payments/ä b/:(glob)*[x] \"q\".yaml"_s;
        const CommitRequest request{
            .base = m_seed, .files = {{name, "new: 1\n"}, {u"other.yaml"_s, {}}}, .message = u"m"_s};
        const auto commit = wait(m_repository->commit(request));
        VERIFY_OK(commit);
        VERIFY_OK(wait(m_repository->push(commit->hash)));
        QCOMPARE(remoteFile(name), QByteArray("new: 1\n"));
        QVERIFY(!GitSandbox::git(m_sandbox->remote(), {u"ls-tree"_s, u"-r"_s, u"--name-only"_s, u"main"_s})
                     .contains(u"other.yaml"_s));
    }

    void refusesABadRequest_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("message");
        QTest::addColumn<QString>("words");
        const QString document = QString::fromUtf8(kDocument);
        QTest::newRow("no message") << kFile << u"a"_s << u" \n"_s << u"message"_s;
        QTest::newRow("nothing changed") << kFile << document << u"m"_s << u"changes nothing"_s;
        QTest::newRow("above") << u"../x"_s << u"a"_s << u"m"_s << u"inside a repository"_s;
        QTest::newRow("absolute") << u"/etc/x"_s << u"a"_s << u"m"_s << u"inside a repository"_s;
        QTest::newRow("git's own") << u"a/.GIT/config"_s << u"a"_s << u"m"_s << u"inside a repository"_s;
        QTest::newRow("symbolic link") << u"out/x"_s << u"a"_s << u"m"_s << u"symbolic link"_s;
    }

    void refusesABadRequest()
    {
        QFETCH(QString, path);
        QFETCH(QString, text);
        QFETCH(QString, message);
        QFETCH(QString, words);
        QVERIFY(QFile::link(m_sandbox->path(u"home"_s), m_clone + u"/out"_s));
        const QString base = m_sandbox->commitAndPush(m_clone, u"more.yaml"_s, "a: 1\n", u"Link"_s);
        const auto commit =
            wait(m_repository->commit({.base = base, .files = {{path, text.toUtf8()}}, .message = message}));
        QVERIFY(!commit);
        QVERIFY2(commit.error().text().contains(words), qPrintable(commit.error().text()));
        QVERIFY(!QFile::exists(m_sandbox->path(u"home/x"_s)));
    }

    void rebasesOnAMovedBranch()
    {
        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        VERIFY_OK(commit);
        const QString bob = m_sandbox->clone(u"bob"_s);
        const QString moved =
            m_sandbox->commitAndPush(bob, kFile, with("burst: 200", "burst: 300"), u"Burst"_s);
        QStringList checked;
        const auto outcome =
            wait(m_repository->push(commit->hash, [&](const QString& path, const QByteArray& text) {
                checked << path + u'=' + QString::fromUtf8(text).section(u'\n', 0, 0);
                return std::optional<Error>();
            }));
        VERIFY_OK(outcome);
        QVERIFY(outcome->rebased);
        QCOMPARE(remoteTip(), outcome->commit);
        QCOMPARE(GitSandbox::git(m_sandbox->remote(), {u"rev-parse"_s, u"main~"_s}), moved);
        QCOMPARE(remoteFile(kFile), with("limit: 100", "limit: 50").replace("burst: 200", "burst: 300"));
        QCOMPARE(checked, QStringList{kFile + u"=limit: 50"_s});
        QVERIFY(wait(m_repository->pending())->empty());
        QCOMPARE(GitSandbox::git(m_clone, {u"rev-parse"_s, u"main"_s}), m_seed);
    }

    void twoConsolesPushAtOnce()
    {
        const QString bob = m_sandbox->clone(u"bob"_s);
        Repository other(bob);
        VERIFY_OK(wait(other.open()));
        constexpr int rounds = 3;
        for (int i = 0; i < rounds; ++i) {
            auto begin = [i](Repository& repository, const QString& file) {
                return repository.commit(
                    {.base = repository.state().tip,
                     .files = {{file, QByteArray("round: ") + QByteArray::number(i) + '\n'}},
                     .message = u"Round"_s});
            };
            const auto mine = wait(begin(*m_repository, u"mine.yaml"_s));
            const auto theirs = wait(begin(other, u"theirs.yaml"_s));
            VERIFY_OK(mine);
            VERIFY_OK(theirs);
            std::optional<Result<PushOutcome>> first;
            m_repository->push(mine->hash)->then(this, [&](const Result<PushOutcome>& done) {
                first = done;
            });
            const auto second = wait(other.push(theirs->hash));
            QTRY_VERIFY_WITH_TIMEOUT(first, 60000);
            VERIFY_OK(*first);
            VERIFY_OK(second);
        }
        QCOMPARE(GitSandbox::git(m_sandbox->remote(), {u"rev-list"_s, u"--count"_s, u"main"_s}),
                 QString::number(1 + 2 * rounds));
    }

    void saysInWordsWhatConflicts()
    {
        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        VERIFY_OK(commit);
        const QString bob = m_sandbox->clone(u"bob"_s);
        const QString moved =
            m_sandbox->commitAndPush(bob, kFile, with("limit: 100", "limit: 500"), u"Raise it"_s);
        const Checkout before = Checkout::of(m_clone);
        const auto outcome = wait(m_repository->push(commit->hash));
        QVERIFY(!outcome);
        const Error& error = outcome.error();
        QCOMPARE(error.kind, Error::Kind::Conflict);
        QVERIFY(!error.retryable);
        QCOMPARE(error.place.file, kFile);
        for (const QString& words :
             {kFile, commit->hash.left(8), u"Lower the limit"_s, moved.left(8), u"Raise it"_s, u"bob"_s})
            QVERIFY2(error.message.contains(words), qPrintable(error.text()));
        QCOMPARE(remoteTip(), moved);
        QVERIFY(Checkout::of(m_clone) == before);
        // The edit is not lost, and can be begun anew on what the branch says now.
        const auto pending = wait(m_repository->pending());
        VERIFY_OK(pending);
        QCOMPARE(pending->size(), size_t(1));
        QCOMPARE(pending->front().hash, commit->hash);
        QCOMPARE(m_repository->state().tip, moved);
        VERIFY_OK(wait(m_repository->dropPending(commit->hash)));
        QVERIFY(wait(m_repository->pending())->empty());
    }

    void aMergeThatIsNoLongerValidIsNotPushed()
    {
        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        const QString bob = m_sandbox->clone(u"bob"_s);
        const QString moved =
            m_sandbox->commitAndPush(bob, kFile, with("burst: 200", "burst: 20"), u"Burst"_s);
        const auto outcome =
            wait(m_repository->push(commit->hash, [](const QString&, const QByteArray& text) {
                return text.contains("burst: 20\n")
                           ? std::optional(Error::invalid(u"burst is under the limit"_s))
                           : std::nullopt;
            }));
        QVERIFY(!outcome);
        QVERIFY2(outcome.error().text().contains(u"burst is under the limit"_s),
                 qPrintable(outcome.error().text()));
        QCOMPARE(remoteTip(), moved);
        QCOMPARE(wait(m_repository->pending())->size(), size_t(1));
    }

    void theSameChangeByOthersIsAlreadyThere()
    {
        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        const QString bob = m_sandbox->clone(u"bob"_s);
        const QString moved =
            m_sandbox->commitAndPush(bob, kFile, with("limit: 100", "limit: 50"), u"Same"_s);
        const auto outcome = wait(m_repository->push(commit->hash));
        VERIFY_OK(outcome);
        QVERIFY(outcome->alreadyThere);
        QCOMPARE(outcome->commit, moved);
        QVERIFY(wait(m_repository->pending())->empty());
    }

    void hooksThatRefuse_data()
    {
        QTest::addColumn<QString>("hook");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("pre-commit") << u"pre-commit"_s << u"pre-commit hook refuses"_s;
        QTest::newRow("commit-msg") << u"commit-msg"_s << u"commit-msg hook refuses"_s;
        QTest::newRow("pre-push") << u"pre-push"_s << u"pre-push hook refuses"_s;
        QTest::newRow("pre-receive") << u"pre-receive"_s << u"the remote refuses it"_s;
    }

    void hooksThatRefuse()
    {
        QFETCH(QString, hook);
        QFETCH(QString, sentence);
        const QString where = hook == u"pre-receive"_s ? m_sandbox->remote() : m_clone;
        m_sandbox->installHook(where, hook, "echo 'ticket number missing' >&2\nexit 1\n");
        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        Error error;
        if (commit) {
            const auto outcome = wait(m_repository->push(commit->hash));
            QVERIFY(!outcome);
            error = outcome.error();
            QCOMPARE(wait(m_repository->pending())->size(), size_t(1));
        } else {
            error = commit.error();
        }
        QCOMPARE(error.kind, Error::Kind::Denied);
        QVERIFY(!error.retryable);
        QVERIFY2(error.message.contains(sentence), qPrintable(error.text()));
        QVERIFY2(error.text().contains(u"ticket number missing"_s), qPrintable(error.text()));
        QCOMPARE(remoteTip(), m_seed);
    }

    void hooksMayChangeTheCommit()
    {
        m_sandbox->installHook(m_clone, u"pre-commit"_s,
                               "echo '# checked' >> " + kFile.toUtf8() + "\ngit add -u\n");
        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        VERIFY_OK(commit);
        VERIFY_OK(wait(m_repository->push(commit->hash)));
        QCOMPARE(remoteFile(kFile), with("limit: 100", "limit: 50") + "# checked\n");
    }

    void aMissingIdentityIsSaid()
    {
        GitSandbox::git(m_clone, {u"config"_s, u"--unset"_s, u"user.email"_s});
        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        QVERIFY(!commit);
        QCOMPARE(commit.error().fault, Error::Fault::Configuration);
        QVERIFY2(commit.error().message.contains(u"user.email"_s), qPrintable(commit.error().text()));
    }

    void aSigningKeyWithAPassphraseDoesNotHang()
    {
        const QString key = m_sandbox->path(u"key"_s);
        QCOMPARE(QProcess::execute(u"ssh-keygen"_s,
                                   {u"-q"_s, u"-t"_s, u"ed25519"_s, u"-N"_s, u"secret"_s, u"-f"_s, key}),
                 0);
        for (const auto& [name, value] : {std::pair{u"gpg.format"_s, u"ssh"_s},
                                          {u"user.signingkey"_s, key},
                                          {u"commit.gpgsign"_s, u"true"_s}})
            GitSandbox::git(m_clone, {u"config"_s, name, value});
        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        QVERIFY(!commit);
        QVERIFY2(commit.error().message.contains(u"could not be signed"_s),
                 qPrintable(commit.error().text()));
    }

    void signsWithAKeyThatIsOpen()
    {
        const QString key = m_sandbox->path(u"key"_s);
        QCOMPARE(QProcess::execute(u"ssh-keygen"_s,
                                   {u"-q"_s, u"-t"_s, u"ed25519"_s, u"-N"_s, QString(), u"-f"_s, key}),
                 0);
        for (const auto& [name, value] : {std::pair{u"gpg.format"_s, u"ssh"_s},
                                          {u"user.signingkey"_s, key},
                                          {u"commit.gpgsign"_s, u"true"_s}})
            GitSandbox::git(m_clone, {u"config"_s, name, value});
        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        VERIFY_OK(commit);
        const QString bob = m_sandbox->clone(u"bob"_s);
        m_sandbox->commitAndPush(bob, u"other.yaml"_s, "a: 2\n", u"Other"_s);
        const auto outcome = wait(m_repository->push(commit->hash));
        VERIFY_OK(outcome);
        QVERIFY(GitSandbox::git(m_sandbox->remote(), {u"cat-file"_s, u"-p"_s, outcome->commit})
                    .contains(u"SSH SIGNATURE"_s));
    }

    void aRemoteThatIsAwayKeepsTheCommit()
    {
        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        GitSandbox::git(m_clone, {u"remote"_s, u"set-url"_s, u"origin"_s, u"git://127.0.0.1:1/x.git"_s});
        const auto away = wait(m_repository->push(commit->hash));
        QVERIFY(!away);
        QVERIFY2(away.error().retryable, qPrintable(away.error().text()));
        GitSandbox::git(m_clone, {u"remote"_s, u"set-url"_s, u"origin"_s, m_sandbox->remote()});
        const auto outcome = wait(m_repository->push(commit->hash));
        VERIFY_OK(outcome);
        QCOMPARE(remoteTip(), commit->hash);
    }

    void cancelLeavesNothing()
    {
        const QString begun = m_sandbox->path(u"begun"_s);
        m_sandbox->installHook(m_clone, u"pre-commit"_s,
                               "echo $$ > " + begun.toUtf8() + "\nexec sleep 100\n");
        auto* committing = m_repository->commit(edit("limit: 100", "limit: 50"));
        QSignalSpy ended(committing, &GitOperation::finished);
        QTRY_VERIFY(!GitSandbox::read(begun).isEmpty());
        const QString hook = u"/proc/%1"_s.arg(QString::fromUtf8(GitSandbox::read(begun).trimmed()));
        committing->cancel();
        QTRY_COMPARE(ended.size(), 1);
        QTRY_VERIFY(!QFile::exists(hook));
        QVERIFY(wait(m_repository->pending())->empty());
    }

    void whatACrashLeftIsCleanedAndNothingElse()
    {
        const QString begun = m_sandbox->path(u"begun"_s);
        const QByteArray hold = m_sandbox->path(u"hold"_s).toUtf8();
        GitSandbox::write(QString::fromUtf8(hold), "x");
        m_sandbox->installHook(m_clone, u"pre-commit"_s,
                               "touch " + begun.toUtf8() + "\nwhile [ -e " + hold +
                                   " ]; do sleep 0.05; done\nexit 1\n");
        const QString theirs = m_sandbox->path(u"their-tree"_s);
        GitSandbox::git(m_clone, {u"worktree"_s, u"add"_s, u"-q"_s, u"--detach"_s, theirs});
        QProcess victim;
        endsWithTest(victim);
        victim.setProcessChannelMode(QProcess::ForwardedChannels);
        victim.start(QCoreApplication::applicationFilePath(), {u"--commit"_s, m_clone, m_seed});
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(begun), 30000);
        QVERIFY(!noWorkTrees());
        // Another console's work tree is in use: it stays.
        Repository second(m_clone);
        VERIFY_OK(wait(second.open()));
        QVERIFY(!noWorkTrees());
        victim.kill();
        QVERIFY(victim.waitForFinished());
        QVERIFY(QFile::remove(QString::fromUtf8(hold)));
        QVERIFY(QFile::remove(m_clone + u"/.git/hooks/pre-commit"_s));

        Repository third(m_clone);
        VERIFY_OK(wait(third.open()));
        QVERIFY(noWorkTrees());
        QVERIFY(GitSandbox::git(m_clone, {u"worktree"_s, u"list"_s}).contains(theirs));
        const auto commit = wait(third.commit(edit("limit: 100", "limit: 50")));
        VERIFY_OK(commit);
        VERIFY_OK(wait(third.push(commit->hash)));
        GitSandbox::git(m_clone, {u"worktree"_s, u"remove"_s, theirs});
    }

    void aCommitSurvivesAsPending()
    {
        const auto commit = wait(m_repository->commit(edit("limit: 100", "limit: 50")));
        VERIFY_OK(commit);
        Repository next(m_clone);
        VERIFY_OK(wait(next.open()));
        const auto pending = wait(next.pending());
        VERIFY_OK(pending);
        QCOMPARE(pending->size(), size_t(1));
        QCOMPARE(pending->front(), *commit);
        // Arrived without our hearing of it.
        GitSandbox::git(m_clone, {u"push"_s, u"-q"_s, u"origin"_s, commit->hash + u":main"_s});
        VERIFY_OK(wait(next.fetch()));
        QVERIFY(wait(next.pending())->empty());
    }

private:
    [[nodiscard]] CommitRequest edit(const char* from, const char* to) const
    {
        return {.base = m_seed,
                .files = {{kFile, with(from, to)}},
                .message = u"Lower the limit\n\n# not a comment\n"_s};
    }

    [[nodiscard]] QString remoteTip() const
    {
        return GitSandbox::git(m_sandbox->remote(), {u"rev-parse"_s, u"main"_s});
    }

    [[nodiscard]] QByteArray remoteFile(const QString& file) const
    {
        return GitSandbox::git(m_sandbox->remote(), {u"show"_s, u"main:"_s + file}).toUtf8() + '\n';
    }

    [[nodiscard]] bool noWorkTrees() const
    {
        return QDir(m_clone + u"/.git/postern/work"_s).isEmpty() &&
               GitSandbox::git(m_clone, {u"worktree"_s, u"list"_s}).count(u"postern"_s) == 0;
    }

    std::unique_ptr<GitSandbox> m_sandbox;
    std::unique_ptr<Repository> m_repository;
    QString m_seed;
    QString m_clone;
};

namespace {

// The console that a test kills in the middle of a commit.
int commitAsVictim(const QStringList& arguments)
{
    Repository repository(arguments[2]);
    if (!wait(repository.open()))
        return 1;
    return wait(repository.commit(
               {.base = arguments[3], .files = {{kFile, "limit: 1\n"}}, .message = u"Victim"_s}))
               ? 0
               : 2;
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == u"--commit"_s)
        return commitAsVictim(arguments);
    TestPublish test;
    return QTest::qExec(&test, arguments);
}
#include "tst_publish.moc"
