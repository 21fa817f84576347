#include "models/git/failure.h"
#include "models/git/parse.h"

#include <QTest>

using namespace postern;
using namespace Qt::StringLiterals;

class TestGitParse : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pushReplies_data()
    {
        QTest::addColumn<QByteArray>("out");
        QTest::addColumn<int>("reply");
        const auto line = [](const char* flag, const char* summary) {
            return QByteArray("To /srv/x.git\n") + flag + "\tabc:refs/heads/main\t" + summary + "\nDone\n";
        };
        QTest::newRow("updated") << line(" ", "1..2") << int(PushReply::Done);
        QTest::newRow("new") << line("*", "[new branch]") << int(PushReply::Done);
        QTest::newRow("same") << line("=", "[up to date]") << int(PushReply::Done);
        QTest::newRow("fetch first") << line("!", "[rejected] (fetch first)") << int(PushReply::Moved);
        QTest::newRow("behind") << line("!", "[rejected] (non-fast-forward)") << int(PushReply::Moved);
        QTest::newRow("raced")
            << line("!", "[remote rejected] (cannot lock ref 'refs/heads/main': is at 1 but expected 2)")
            << int(PushReply::Moved);
        QTest::newRow("raced at the end")
            << line("!", "[remote rejected] (failed to update ref)") << int(PushReply::Moved);
        QTest::newRow("hook") << line("!", "[remote rejected] (pre-receive hook declined)")
                              << int(PushReply::Refused);
        QTest::newRow("protected") << line("!", "[remote rejected] (protected branch hook declined)")
                                   << int(PushReply::Refused);
        QTest::newRow("lost") << line("!", "[remote failure] (remote failed to report status)")
                              << int(PushReply::Unknown);
        QTest::newRow("nothing") << QByteArray() << int(PushReply::Unknown);
    }

    void pushReplies()
    {
        QFETCH(QByteArray, out);
        QFETCH(int, reply);
        QCOMPARE(int(parsePush(out)), reply);
    }

    void failures_data()
    {
        QTest::addColumn<QByteArray>("err");
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("retryable");
        using Kind = Error::Kind;
        QTest::newRow("dns")
            << QByteArray("ssh: Could not resolve hostname x: Temporary failure in name resolution\n"
                          "fatal: Could not read from remote repository.\n")
            << int(Kind::Unavailable) << true;
        QTest::newRow("publickey") << QByteArray("git@x: Permission denied (publickey).\n"
                                                 "fatal: Could not read from remote repository.\n")
                                   << int(Kind::Denied) << false;
        QTest::newRow("password")
            << QByteArray("fatal: could not read Username for 'https://x': terminal prompts disabled\n")
            << int(Kind::Denied) << false;
        QTest::newRow("server error")
            << QByteArray("fatal: unable to access 'https://x/': The requested URL returned error: 503\n")
            << int(Kind::Unavailable) << true;
        QTest::newRow("forbidden")
            << QByteArray("fatal: unable to access 'https://x/': The requested URL returned error: 403\n")
            << int(Kind::Denied) << false;
        QTest::newRow("lock") << QByteArray("fatal: Unable to create '/c/.git/index.lock': File exists.\n")
                              << int(Kind::Conflict) << true;
        QTest::newRow("unknown") << QByteArray("something new\n") << int(Kind::Internal) << false;
    }

    void failures()
    {
        QFETCH(QByteArray, err);
        QFETCH(int, kind);
        QFETCH(bool, retryable);
        const Error error = gitFailure(u"Trying"_s, {.exitCode = 128, .out = {}, .err = err});
        QCOMPARE(int(error.kind), kind);
        QCOMPARE(error.retryable, retryable);
        QVERIFY(error.message.startsWith(u"Trying: "_s));
        QVERIFY(error.cause);
    }

    void wordsAreCleanAndBounded()
    {
        const QByteArray err = "Receiving objects:  10% (1/10)\rReceiving objects: 100% (10/10), done.\n"
                               "hint: use force\nremote: \nremote: No.\nfatal: at https://joe:pw@host/x\n";
        QCOMPARE(gitWords(err), u"remote: No.\nfatal: at https://…@host/x"_s);
        QVERIFY(gitWords(QByteArray(100000, 'x')).size() < 2100);
    }

    void aBlobOfWrongLengthIsNoText_data()
    {
        QTest::addColumn<QByteArray>("out");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("missing") << QByteArray("abc missing\n");
        QTest::newRow("short") << QByteArray("abc blob 10\nabc\n");
        QTest::newRow("a tree") << QByteArray("abc tree 3\nabc\n");
    }

    void aBlobOfWrongLengthIsNoText()
    {
        QFETCH(QByteArray, out);
        qsizetype offset = 0;
        QVERIFY(!takeBlob(out, offset, u"x"_s));
    }
};

QTEST_GUILESS_MAIN(TestGitParse)
#include "tst_git_parse.moc"
