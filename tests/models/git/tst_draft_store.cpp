#include "models/git/draft_store.h"

#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace postern;
using namespace Qt::StringLiterals;

class TestDraftStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        openStore();
        m_loads = 0;
    }

    void survivesARestart()
    {
        const Draft first = draft(u"a.yaml"_s, u"limit: 1 # ä\n"_s);
        m_store->save(first);
        m_store->save(draft(u"b/ä \"c\".yaml"_s, u"x"_s));
        m_store.reset();
        openStore();
        m_store->load();
        QTRY_COMPARE(m_loads, 1);
        QCOMPARE(m_drafts.size(), size_t(2));
        QVERIFY(m_errors.empty());
        const auto found = std::ranges::find(m_drafts, first.file, &Draft::file);
        QVERIFY(found != m_drafts.end());
        Draft same = *found;
        QVERIFY(same.savedAt.isValid());
        same.savedAt = {};
        QCOMPARE(same, first);
    }

    void theLastTextWins()
    {
        QSignalSpy saved(m_store.get(), &DraftStore::saved);
        for (int i = 0; i < 500; ++i)
            m_store->save(draft(u"a.yaml"_s, QString::number(i)));
        m_store->load();
        QTRY_COMPARE(m_loads, 1);
        QCOMPARE(m_drafts.size(), size_t(1));
        QCOMPARE(m_drafts.front().text, u"499"_s);
        QVERIFY(saved.size() >= 1);
    }

    void discards()
    {
        const Draft one = draft(u"a.yaml"_s, u"1"_s);
        QSignalSpy discarded(m_store.get(), &DraftStore::discarded);
        m_store->save(one);
        m_store->discard(one.id());
        m_store->discard(u"unknown"_s);
        m_store->load();
        QTRY_COMPARE(m_loads, 1);
        QVERIFY(m_drafts.empty());
        QCOMPARE(discarded.size(), 2);
        QVERIFY(QDir(path()).isEmpty());
    }

    void isNobodyElsesBusiness()
    {
        const Result<void> written = DraftStore::write(path(), draft(u"a.yaml"_s, u"1"_s));
        QVERIFY(written.has_value());
        const QFileInfo file = QDir(path()).entryInfoList(QDir::Files).first();
        QCOMPARE(file.permissions() & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    }

    void unreadableDraftsAreToldAndKept_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("half") << QByteArray("{\"version\": 1, \"te");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("another version") << QByteArray("{\"version\": 99}");
        QTest::newRow("no object") << QByteArray("[1]");
    }

    void unreadableDraftsAreToldAndKept()
    {
        QFETCH(QByteArray, text);
        QVERIFY(DraftStore::write(path(), draft(u"good.yaml"_s, u"1"_s)).has_value());
        QFile bad(path() + u"/bad.draft.json"_s);
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write(text);
        bad.close();
        m_store->load();
        QTRY_COMPARE(m_loads, 1);
        QCOMPARE(m_drafts.size(), size_t(1));
        QCOMPARE(m_errors.size(), size_t(1));
        QCOMPARE(m_errors.front().place.file, bad.fileName());
        QVERIFY(bad.exists());
    }

    void saysWhenItCannotWrite()
    {
        QFile file(path());
        QDir(path()).removeRecursively();
        QVERIFY(file.open(QIODevice::WriteOnly));
        std::vector<Error> errors;
        connect(m_store.get(), &DraftStore::failed, this,
                [&](const QString&, const Error& error) { errors.push_back(error); });
        m_store->save(draft(u"a.yaml"_s, u"1"_s));
        QTRY_COMPARE(errors.size(), size_t(1));
        QVERIFY(!errors.front().message.isEmpty());
    }

private:
    void openStore()
    {
        m_store = std::make_unique<DraftStore>(path());
        connect(m_store.get(), &DraftStore::loaded, this, [this](const auto& drafts, const auto& errors) {
            m_drafts = drafts;
            m_errors = errors;
            ++m_loads;
        });
    }

    [[nodiscard]] QString path() const { return m_directory->filePath(u"drafts"_s); }

    static Draft draft(const QString& file, const QString& text)
    {
        return {.repository = u"/clone"_s,
                .file = file,
                .base = QString(40, u'a'),
                .baseText = u"limit: 2\n"_s,
                .text = text,
                .message = u"Why"_s,
                .savedAt = {}};
    }

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<DraftStore> m_store;
    std::vector<Draft> m_drafts;
    std::vector<Error> m_errors;
    int m_loads = 0;
};

QTEST_GUILESS_MAIN(TestDraftStore)
#include "tst_draft_store.moc"
