#include "gateway/upstream/upstream_directory.h"
#include "gateway/upstream/upstream_pool.h"
#include "gateway/upstream/upstream_supervisor.h"
#include "tests/support/dns_server.h"
#include "tests/support/epoll_thread.h"
#include "tests/support/fake_clock.h"
#include "tests/support/recording_upstream.h"

#include <QTemporaryDir>
#include <QTest>

#include <optional>

using namespace postern;
using namespace postern::test;
using namespace std::chrono_literals;

using Type = DnsServer::Type;
using Behaviour = DnsServer::Behaviour;

namespace {

const std::string kName = "app.example";
constexpr int kAliasAlone = -1; // in place of a reply code: an alias, and no address with it

/// Where something goes unanswered, as long as the test is ready to wait for it; else longer than any machine
/// takes.
DnsSettings settingsOf(const DnsServer& server, Behaviour behaviour = Behaviour::Answers)
{
    const bool waits = behaviour == Behaviour::Silent || behaviour == Behaviour::Garbage;
    return {.servers = QStringLiteral("127.0.0.1:%1").arg(server.port()), .timeout = waits ? 300ms : 10s};
}

QStringList textsOf(const std::vector<EndpointSettings>& endpoints)
{
    QStringList texts;
    for (const EndpointSettings& endpoint : endpoints)
        texts << QString::fromStdString(endpoint.text) +
                     (endpoint.weight == 1 ? QString() : QStringLiteral("*%1").arg(endpoint.weight)) +
                     (endpoint.priority == 0 ? QString()
                                             : QStringLiteral(" spare %1").arg(endpoint.priority));
    return texts;
}

QStringList listOf(std::initializer_list<const char*> texts)
{
    QStringList list;
    for (const char* text : texts)
        list << QString::fromLatin1(text);
    return list;
}

/// Asks and waits; nothing when the lookup failed.
std::optional<QStringList> ask(DnsResolver& resolver, DnsRecordType type)
{
    std::optional<DnsResolver::Answer> answer;
    QObject context;
    resolver.resolve({QString::fromStdString(kName), type, 9000}, &context,
                     [&](DnsResolver::Answer given) { answer = std::move(given); });
    if (!QTest::qWaitFor([&] { return answer.has_value(); }, 30'000))
        qFatal("no answer and no failure");
    return *answer ? std::optional(textsOf((*answer)->endpoints)) : std::nullopt;
}

Upstream named()
{
    Upstream upstream;
    upstream.name = QStringLiteral("app");
    upstream.dns = UpstreamDns{QString::fromStdString(kName), 9000, DnsRecordType::A, 20ms};
    return upstream;
}

} // namespace

class TestUpstreamDiscovery : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void addresses_data();
    void addresses();
    void services();
    void tooManyAreCut();
    void tooManySparesAreCut();
    void lookupsEndWithTheirContext();
    void readsResolvConfAgain();
    void asksAgainInsideAnAnswer();
    void followsChanges();
    void lastAnswerServesOn_data();
    void lastAnswerServesOn();
    void halfAnAnswerChangesNothing_data();
    void halfAnAnswerChangesNothing();
    void sparesHoldUpNobody();
    void familiesOfServicesAreFollowed();
    void oneFamilyFailing_data();
    void oneFamilyFailing();
    void withoutAnAnswerThereIsNoEndpoint();
    void reloadLooksNotAnew();

private:
    FakeClock m_clock;
};

void TestUpstreamDiscovery::addresses_data()
{
    QTest::addColumn<QList<int>>("behaviours"); // of A, of AAAA
    QTest::addColumn<QStringList>("expected");  // empty: failed
    const int answers = int(Behaviour::Answers);
    const int silent = int(Behaviour::Silent);
    const int truncates = int(Behaviour::Truncates);
    const int garbage = int(Behaviour::Garbage);
    const QStringList both = listOf({"127.0.0.2:9000", "127.0.0.3:9000", "[::2]:9000"});
    const QStringList v4 = listOf({"127.0.0.2:9000", "127.0.0.3:9000"});
    QTest::addRow("both families") << QList<int>{answers, answers} << both;
    QTest::addRow("truncated: again by TCP") << QList<int>{truncates, truncates} << both;
    QTest::addRow("silent for AAAA") << QList<int>{answers, silent} << v4;
    QTest::addRow("malformed") << QList<int>{garbage, garbage} << QStringList();
    QTest::addRow("silent") << QList<int>{silent, silent} << QStringList();
}

void TestUpstreamDiscovery::addresses()
{
    QFETCH(QList<int>, behaviours);
    QFETCH(QStringList, expected);
    DnsServer server;
    DnsServer::Reply v4{{DnsServer::address(kName, "127.0.0.3"), DnsServer::address(kName, "127.0.0.2"),
                         DnsServer::address(kName, "127.0.0.3")}}; // in disorder, and one twice
    v4.behaviour = static_cast<Behaviour>(behaviours[0]);
    DnsServer::Reply v6{{DnsServer::address(kName, "::2")}};
    v6.behaviour = static_cast<Behaviour>(behaviours[1]);
    server.answer(kName, Type::A, v4);
    server.answer(kName, Type::Aaaa, v6);
    DnsResolver resolver(settingsOf(server, static_cast<Behaviour>(behaviours[1])));
    auto found = ask(resolver, DnsRecordType::A).value_or(QStringList());
    found.sort();
    expected.sort();
    QCOMPARE(found, expected);
    QCOMPARE(server.questionsByTcp() > 0, behaviours[0] == int(Behaviour::Truncates));
}

/// Through an alias; with their weights and priorities, one target's address missing, one there twice.
void TestUpstreamDiscovery::services()
{
    DnsServer server;
    server.answer(kName, Type::Srv,
                  {{DnsServer::service(kName, 10, 3, 9001, "one.example"),
                    DnsServer::service(kName, 20, 1, 9009, "spare.example"),
                    DnsServer::service(kName, 65535, 2, 9010, "spare.example"),
                    DnsServer::service(kName, 20, 4, 9002, "two.example"),
                    DnsServer::service(kName, 10, 0, 9002, "two.example"),
                    DnsServer::service(kName, 10, 5, 9003, "lost.example")}});
    server.answer(
        "one.example", Type::A,
        {{DnsServer::alias("one.example", "real.example"), DnsServer::address("real.example", "127.0.0.2")}});
    server.answer("two.example", Type::A, {{DnsServer::address("two.example", "127.0.0.3")}});
    server.answer("spare.example", Type::A, {{DnsServer::address("spare.example", "127.0.0.9")}});
    DnsResolver resolver(settingsOf(server));
    QCOMPARE(ask(resolver, DnsRecordType::Srv).value_or(QStringList()),
             (listOf({"127.0.0.2:9001*3", "127.0.0.3:9002", "127.0.0.9:9009 spare 1",
                      "127.0.0.9:9010*2 spare 2"})));

    server.answer(kName, Type::Srv, {{DnsServer::service(kName, 0, 0, 9, "")}}); // "not here" (RFC 2782)
    QVERIFY(!ask(resolver, DnsRecordType::Srv));
    server.answer(kName, Type::Srv, {{DnsServer::service(kName, 0, 0, 9, "lost.example")}});
    QVERIFY(!ask(resolver, DnsRecordType::Srv));
    server.answer(kName, Type::Srv, {{}, 2});
    QVERIFY(!ask(resolver, DnsRecordType::Srv));
}

void TestUpstreamDiscovery::tooManyAreCut()
{
    DnsServer server;
    DnsServer::Reply many;
    many.behaviour = Behaviour::Truncates; // too many for a datagram
    for (int i = 0; i < 2000; ++i)
        many.records.push_back(
            DnsServer::address(kName, "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)));
    server.answer(kName, Type::A, many);
    DnsResolver resolver(settingsOf(server));
    const auto found = ask(resolver, DnsRecordType::A);
    QVERIFY(found);
    QCOMPARE(std::size_t(found->size()), DnsResolver::kMostEndpoints);
}

/// Spares, however many, crowd out nobody before them.
void TestUpstreamDiscovery::tooManySparesAreCut()
{
    DnsServer server;
    server.answer(kName, Type::Srv,
                  {{DnsServer::service(kName, 2, 1, 9002, "many.example"),
                    DnsServer::service(kName, 1, 1, 9001, "one.example")}});
    DnsServer::Reply many;
    many.behaviour = Behaviour::Truncates;
    for (int i = 0; i < 1200; ++i)
        many.records.push_back(DnsServer::address("many.example", "10.0." + std::to_string(i / 250) + "." +
                                                                      std::to_string(i % 250)));
    server.answer("many.example", Type::A, many);
    server.answerAddresses("one.example", {"127.0.0.2"}); // the last by address
    DnsResolver resolver(settingsOf(server));
    const auto found = ask(resolver, DnsRecordType::Srv);
    QVERIFY(found);
    QCOMPARE(std::size_t(found->size()), DnsResolver::kMostEndpoints);
    QCOMPARE(found->last(), QStringLiteral("127.0.0.2:9001"));
    QVERIFY(found->first().endsWith(QLatin1String(" spare 1")));
}

void TestUpstreamDiscovery::lookupsEndWithTheirContext()
{
    DnsServer server;
    server.answerAddresses(kName, {"127.0.0.2"});
    DnsResolver resolver(settingsOf(server));
    bool answered = false;
    {
        QObject context;
        resolver.resolve({QString::fromStdString(kName), DnsRecordType::A, 9000}, &context,
                         [&](const DnsResolver::Answer&) { answered = true; });
    }
    QVERIFY(ask(resolver, DnsRecordType::A)); // asked later, so answered later
    QVERIFY(!answered);
}

void TestUpstreamDiscovery::readsResolvConfAgain()
{
    DnsServer server;
    server.answerAddresses(kName, {"127.0.0.2"});
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("resolv.conf"));
    const auto write = [&path](const char* text) {
        QFile file(path + QStringLiteral(".new"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) > 0);
        file.close();
        QFile::remove(path);
        QVERIFY(file.rename(path));
    };
    write("nameserver 127.0.0.77\noptions attempts:1\n"); // nobody there
    DnsResolver resolver(
        {.servers = {}, .resolvConf = path, .port = server.port(), .timeout = 1s, .tries = 1});
    QVERIFY(!ask(resolver, DnsRecordType::A));
    write("nameserver 127.0.0.1\n");
    QCOMPARE(ask(resolver, DnsRecordType::A).value_or(QStringList()), listOf({"127.0.0.2:9000"}));
}

/// An IPv6 address is answered before resolve() returns (an IPv4 one is not, with c-ares 1.18). Who asks
/// again then, with resolv.conf changed, must not end the channel that answers: the lookups on it would fail,
/// and what c-ares does next would be with freed memory.
void TestUpstreamDiscovery::asksAgainInsideAnAnswer()
{
    DnsServer silent;
    silent.answer(kName, Type::A, {{}, 0, Behaviour::Silent});
    silent.answer(kName, Type::Aaaa, {{}, 0, Behaviour::Silent});
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("resolv.conf"));
    const auto write = [&path](const QByteArray& text) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Append) && file.write(text) > 0);
    };
    write("nameserver 127.0.0.1\n");
    DnsResolver resolver({.servers = {}, .resolvConf = path, .port = silent.port(), .timeout = 30s});
    const auto literal = [](const char* address) {
        return DnsResolver::Question{QString::fromLatin1(address), DnsRecordType::A, 9000};
    };
    QObject context;
    bool pendingFailed = false;
    bool failedInside = true;
    QStringList found;
    resolver.resolve({QString::fromStdString(kName), DnsRecordType::A, 9000}, &context,
                     [&](const DnsResolver::Answer&) { pendingFailed = true; });
    resolver.resolve(literal("::5"), &context, [&](const DnsResolver::Answer& first) {
        found = textsOf(first->endpoints);
        write("# changed\n");
        resolver.resolve(literal("::6"), &context,
                         [&](const DnsResolver::Answer& second) { found += textsOf(second->endpoints); });
        failedInside = pendingFailed;
    });
    QCOMPARE(found, listOf({"[::5]:9000", "[::6]:9000"}));
    QVERIFY(!failedInside && !pendingFailed);
    resolver.resolve(literal("::7"), &context, [](const DnsResolver::Answer&) {});
    QVERIFY(pendingFailed); // from outside the change is heeded
}

void TestUpstreamDiscovery::followsChanges()
{
    DnsServer server;
    server.answerAddresses(kName, {"127.0.0.2", "127.0.0.3"});
    const Upstream upstream = named();
    const auto directory = UpstreamDirectory::create(upstream, nullptr);
    DeadlineSweep deadlines(m_clock);
    UpstreamPool pool({epollDispatcher(), deadlines, m_clock}, *UpstreamSettings::of(upstream, 1), directory);
    int changes = 0;
    UpstreamSupervisor supervisor(epollDispatcher(), settingsOf(server), m_clock,
                                  {[&] { ++changes, pool.refresh(); }, [](const UpstreamNotice&) {}});
    QVERIFY(!pool.choose({}));
    supervisor.follow({{&upstream, directory}});
    QTRY_COMPARE(changes, 1);
    QVERIFY(pool.choose({}));
    const auto health = directory->entries()[1].health;

    server.answerAddresses(kName, {"127.0.0.3", "127.0.0.2"}); // the same in another order
    const int asked = server.questions();
    QTRY_VERIFY(server.questions() >= asked + 4);
    QCOMPARE(changes, 1);

    server.answerAddresses(kName, {"127.0.0.4", "127.0.0.3"});
    QTRY_COMPARE(changes, 2);
    const auto entries = directory->entries();
    QCOMPARE(entries.size(), std::size_t{2});
    QCOMPARE(entries[0].settings.text, "127.0.0.3:9000");
    QCOMPARE(entries[0].health, health);                    // it stays what it was
    QCOMPARE(entries[1].health->since(), m_clock.steady()); // a newcomer starts slowly
    QVERIFY(entries[0].health->since() < m_clock.steady());
    for (int i = 0; i < 4; ++i)
        QVERIFY(pool.choose({})->settings().text != "127.0.0.2:9000");
}

void TestUpstreamDiscovery::lastAnswerServesOn_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("behaviour");
    QTest::addRow("SERVFAIL") << 2 << int(Behaviour::Answers);
    QTest::addRow("NXDOMAIN") << 3 << int(Behaviour::Answers);
    QTest::addRow("empty") << 0 << int(Behaviour::Answers);
    QTest::addRow("silence") << 0 << int(Behaviour::Silent);
    QTest::addRow("malformed") << 0 << int(Behaviour::Garbage);
}

/// SECURITY: DNS fails or flaps.
void TestUpstreamDiscovery::lastAnswerServesOn()
{
    QFETCH(int, code);
    QFETCH(int, behaviour);
    DnsServer server;
    server.answerAddresses(kName, {"127.0.0.2"});
    const Upstream upstream = named();
    const auto directory = UpstreamDirectory::create(upstream, nullptr);
    std::vector<UpstreamNotice::Kind> told;
    UpstreamSupervisor supervisor(
        epollDispatcher(), settingsOf(server, static_cast<Behaviour>(behaviour)), m_clock,
        {[] {}, [&](const UpstreamNotice& notice) { told.push_back(notice.kind); }});
    supervisor.follow({{&upstream, directory}});
    QTRY_COMPARE(directory->entries().size(), std::size_t{1});

    DnsServer::Reply bad{{}, code, static_cast<Behaviour>(behaviour)};
    if (bad.behaviour == Behaviour::Garbage)
        bad.records.push_back(DnsServer::address(kName, "127.0.0.9"));
    server.answer(kName, Type::A, bad);
    server.answer(kName, Type::Aaaa, bad);
    QTRY_VERIFY(!told.empty() && told.back() == UpstreamNotice::Kind::LookupFailed);
    const int asked = server.questions();
    QTRY_VERIFY(server.questions() >= asked + 4); // it goes on asking
    QCOMPARE(directory->entries()[0].settings.text, "127.0.0.2:9000");
    QVERIFY(told.back() == UpstreamNotice::Kind::LookupFailed); // and says so once
    QCOMPARE(std::ranges::count(told, UpstreamNotice::Kind::LookupFailed), 1);

    server.answerAddresses(kName, {"127.0.0.3"});
    QTRY_COMPARE(directory->entries()[0].settings.text, "127.0.0.3:9000");
    QCOMPARE(std::ranges::count(told, UpstreamNotice::Kind::LookupWorks), 1);
}

void TestUpstreamDiscovery::halfAnAnswerChangesNothing_data()
{
    QTest::addColumn<int>("code"); // to the second target
    QTest::addColumn<int>("behaviour");
    QTest::addColumn<QStringList>("expected");
    const QStringList both = listOf({"127.0.0.2:9001", "127.0.0.3:9002"});
    const QStringList first = listOf({"127.0.0.2:9001"});
    QTest::addRow("silence") << 0 << int(Behaviour::Silent) << both;
    QTest::addRow("SERVFAIL") << 2 << int(Behaviour::Answers) << both;
    QTest::addRow("gone: that is known") << 3 << int(Behaviour::Answers) << first;
    QTest::addRow("without an address: that is known") << 0 << int(Behaviour::Answers) << first;
}

/// An upstream does not shrink to what happened to be answered.
void TestUpstreamDiscovery::halfAnAnswerChangesNothing()
{
    QFETCH(int, code);
    QFETCH(int, behaviour);
    QFETCH(QStringList, expected);
    DnsServer server;
    server.answer(kName, Type::Srv,
                  {{DnsServer::service(kName, 0, 1, 9001, "one.example"),
                    DnsServer::service(kName, 0, 1, 9002, "two.example")}});
    server.answerAddresses("one.example", {"127.0.0.2"});
    const DnsServer::Reply bad{{}, code, static_cast<Behaviour>(behaviour)};
    server.answer("two.example", Type::A, bad);
    server.answer("two.example", Type::Aaaa, bad);
    Upstream upstream = named();
    upstream.dns->type = DnsRecordType::Srv;
    const auto directory = UpstreamDirectory::create(upstream, nullptr);
    std::vector<UpstreamNotice::Kind> told;
    UpstreamSupervisor supervisor(
        epollDispatcher(), settingsOf(server, static_cast<Behaviour>(behaviour)), m_clock,
        {[] {}, [&](const UpstreamNotice& notice) { told.push_back(notice.kind); }});
    const auto texts = [&directory] {
        QStringList list;
        for (const UpstreamDirectory::Entry& entry : directory->entries())
            list << QString::fromStdString(entry.settings.text);
        return list;
    };
    supervisor.follow({{&upstream, directory}});
    QTRY_COMPARE_WITH_TIMEOUT(texts(), listOf({"127.0.0.2:9001"}), 10'000); // better than nothing

    server.answerAddresses("two.example", {"127.0.0.3"});
    QTRY_COMPARE(texts(), listOf({"127.0.0.2:9001", "127.0.0.3:9002"}));
    told.clear();
    server.answer("two.example", Type::A, bad);
    server.answer("two.example", Type::Aaaa, bad);
    QTRY_VERIFY_WITH_TIMEOUT(!told.empty(), 10'000);
    const bool fails = expected.size() == 2;
    QCOMPARE(told.front(),
             fails ? UpstreamNotice::Kind::LookupFailed : UpstreamNotice::Kind::EndpointsChanged);
    QCOMPARE(texts(), expected);
}

void TestUpstreamDiscovery::sparesHoldUpNobody()
{
    DnsServer server;
    server.answer(kName, Type::Srv,
                  {{DnsServer::service(kName, 10, 1, 9001, "one.example"),
                    DnsServer::service(kName, 20, 1, 9002, "spare.example")}});
    server.answerAddresses("one.example", {"127.0.0.2"});
    server.answerAddresses("spare.example", {"127.0.0.3"});
    Upstream upstream = named();
    upstream.dns->type = DnsRecordType::Srv;
    const auto directory = UpstreamDirectory::create(upstream, nullptr);
    UpstreamSupervisor supervisor(epollDispatcher(), settingsOf(server), m_clock,
                                  {[] {}, [](const auto&) {}});
    supervisor.follow({{&upstream, directory}});
    QTRY_COMPARE(directory->entries().size(), std::size_t{2});
    for (const Type type : {Type::A, Type::Aaaa})
        server.answer("spare.example", type, {{}, 2 /* SERVFAIL */});
    server.answerAddresses("one.example", {"127.0.0.4"});
    QTRY_COMPARE(directory->entries().size(), std::size_t{1});
    QCOMPARE(directory->entries().front().settings.text, std::string("127.0.0.4:9001"));
}

/// A name server that never answers for AAAA must not freeze what an SRV answer names.
void TestUpstreamDiscovery::familiesOfServicesAreFollowed()
{
    DnsServer server;
    server.answer(kName, Type::Srv, {{DnsServer::service(kName, 0, 1, 9001, "one.example")}});
    server.answer("one.example", Type::A, {{DnsServer::address("one.example", "127.0.0.2")}});
    server.answer("one.example", Type::Aaaa, {{}, 2 /* SERVFAIL */});
    Upstream upstream = named();
    upstream.dns->type = DnsRecordType::Srv;
    const auto directory = UpstreamDirectory::create(upstream, nullptr);
    UpstreamSupervisor supervisor(epollDispatcher(), settingsOf(server), m_clock,
                                  {[] {}, [](const auto&) {}});
    supervisor.follow({{&upstream, directory}});
    QTRY_COMPARE(directory->entries().size(), std::size_t{1});
    server.answer("one.example", Type::A, {{DnsServer::address("one.example", "127.0.0.4")}});
    QTRY_COMPARE(directory->entries().front().settings.text, std::string("127.0.0.4:9001"));
    QCOMPARE(directory->entries().size(), std::size_t{1});
}

void TestUpstreamDiscovery::oneFamilyFailing_data()
{
    QTest::addColumn<bool>("v4"); // which fails
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("behaviour");
    QTest::addColumn<bool>("isKnown"); // that it has no such address
    for (const bool v4 : {true, false}) {
        const char* const family = v4 ? "A" : "AAAA";
        QTest::addRow("%s: SERVFAIL", family) << v4 << 2 << int(Behaviour::Answers) << false;
        QTest::addRow("%s: silence", family) << v4 << 0 << int(Behaviour::Silent) << false;
        QTest::addRow("%s: none", family) << v4 << 0 << int(Behaviour::Answers) << true;
        QTest::addRow("%s: none behind an alias", family)
            << v4 << kAliasAlone << int(Behaviour::Answers) << true;
    }
}

/// A name with addresses of both families does not lose those of the one that could not be asked for.
void TestUpstreamDiscovery::oneFamilyFailing()
{
    QFETCH(bool, v4);
    QFETCH(int, code);
    QFETCH(int, behaviour);
    QFETCH(bool, isKnown);
    DnsServer server;
    server.answerAddresses(kName, {"127.0.0.2", "::2"});
    const Upstream upstream = named();
    const auto directory = UpstreamDirectory::create(upstream, nullptr);
    std::vector<UpstreamNotice::Kind> told;
    UpstreamSupervisor supervisor(
        epollDispatcher(), settingsOf(server, static_cast<Behaviour>(behaviour)), m_clock,
        {[] {}, [&](const UpstreamNotice& notice) { told.push_back(notice.kind); }});
    supervisor.follow({{&upstream, directory}});
    QTRY_COMPARE(directory->entries().size(), std::size_t{2});
    told.clear();
    DnsServer::Reply reply{{}, code == kAliasAlone ? 0 : code, static_cast<Behaviour>(behaviour)};
    if (code == kAliasAlone)
        reply.records.push_back(DnsServer::alias(kName, "real.example"));
    server.answer(kName, v4 ? Type::A : Type::Aaaa, reply);
    QTRY_VERIFY_WITH_TIMEOUT(!told.empty(), 20'000);
    QCOMPARE(told.front(),
             isKnown ? UpstreamNotice::Kind::EndpointsChanged : UpstreamNotice::Kind::LookupFailed);
    QCOMPARE(directory->entries().size(), std::size_t(isKnown ? 1 : 2));
    // The other family is followed all the same, or a server that never answers for one would freeze both.
    const std::string moved = v4 ? "::3" : "127.0.0.3";
    server.answer(kName, v4 ? Type::Aaaa : Type::A, {{DnsServer::address(kName, moved)}});
    const auto hasMoved = [&] {
        return std::ranges::any_of(directory->entries(), [&](const UpstreamDirectory::Entry& entry) {
            return entry.settings.text.find(moved) != std::string::npos;
        });
    };
    QTRY_VERIFY_WITH_TIMEOUT(hasMoved(), 20'000);
    QCOMPARE(directory->entries().size(), std::size_t(isKnown ? 1 : 2));
}

void TestUpstreamDiscovery::withoutAnAnswerThereIsNoEndpoint()
{
    const auto directory = UpstreamDirectory::create(named(), nullptr);
    QCOMPARE(directory->count(m_clock.steady()), (EndpointCensus::Counts{0, 0, 0}));
    DeadlineSweep deadlines(m_clock);
    UpstreamPool pool({epollDispatcher(), deadlines, m_clock}, *UpstreamSettings::of(named(), 1), directory);
    struct Nobody final : UpstreamConnectionUser
    {
        void connectionReady(UpstreamConnection&) override {}
        void connectionFailed(ConnectFailure) override {}
        void connectionEvent() override {}
    } nobody;
    QVERIFY(pool.acquire(nobody, {}).failure == ConnectFailure::NoEndpoints);
}

/// A reload that leaves the name as it was keeps its answer, and does not ask for it.
void TestUpstreamDiscovery::reloadLooksNotAnew()
{
    DnsServer server;
    server.answerAddresses(kName, {"127.0.0.2"});
    Upstream upstream = named();
    upstream.dns->refresh = 1h;
    auto directory = UpstreamDirectory::create(upstream, nullptr);
    UpstreamSupervisor supervisor(epollDispatcher(), settingsOf(server), m_clock,
                                  {[] {}, [](const UpstreamNotice&) {}});
    supervisor.follow({{&upstream, directory}});
    QTRY_COMPARE(directory->entries().size(), std::size_t{1});
    const int asked = server.questions();
    for (int i = 0; i < 100; ++i) {
        upstream.idleTimeout += 1s;
        directory = UpstreamDirectory::create(upstream, directory);
        supervisor.follow({{&upstream, directory}});
        QCOMPARE(directory->entries().size(), std::size_t{1});
    }
    QCOMPARE(server.questions(), asked);
    upstream.dns->port = 9001; // another question
    directory = UpstreamDirectory::create(upstream, directory);
    supervisor.follow({{&upstream, directory}});
    QTRY_COMPARE(directory->entries().size(), std::size_t{1});
    QCOMPARE(directory->entries()[0].settings.text, "127.0.0.2:9001");
}

int main(int argc, char** argv) { return runUnderEpoll<TestUpstreamDiscovery>(argc, argv); }

#include "tst_upstream_discovery.moc"
