#include "gateway/policies/jwt/token_cache.h"
#include "gateway/policies/rate_limit/token_buckets.h"
#include "tests/support/token_signer.h"

#include <QFile>
#include <QTest>

using namespace postern;
using namespace postern::test;

/// What the policies' own parts cost, without the chain around them.
class BenchPolicies : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tokenFirst_data() { algorithms(); }
    void tokenFirst();
    void tokenSeen_data() { algorithms(); }
    void tokenSeen();
    void rateLimit_data();
    void rateLimit();

private:
    static void algorithms();
};

namespace {

constexpr int kRepeats = 1000;
constexpr int kCallers = 100;
constexpr Clock::Wall kNow{std::chrono::seconds(1767225601)};

std::vector<std::string> tokens(TokenSigner::Kind kind)
{
    const TokenSigner signer(kind);
    std::vector<std::string> texts;
    for (int i = 0; i < kCallers; ++i)
        texts.push_back(signer
                            .sign({{QStringLiteral("iss"), QStringLiteral("https://id.bank.example")},
                                   {QStringLiteral("aud"), QStringLiteral("accounts")},
                                   {QStringLiteral("sub"), QStringLiteral("caller-%1").arg(i)},
                                   {QStringLiteral("scope"), QStringLiteral("accounts:read transfers:write")},
                                   {QStringLiteral("exp"), 1767225601 + 300}})
                            .toStdString());
    return texts;
}

Result<JwkSet> sampleKeys()
{
    QFile file(QStringLiteral(POSTERN_TEST_DATA "/samples/jwks.json"));
    const QByteArray json = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    return JwkSet::parse({json.constData(), static_cast<std::size_t>(json.size())});
}

TokenRules rules()
{
    TokenRules rules;
    rules.issuer = "https://id.bank.example";
    rules.audiences = {"accounts"};
    rules.algorithms = {JwsAlgorithm::RS256, JwsAlgorithm::ES256};
    return rules;
}

} // namespace

void BenchPolicies::algorithms()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("RS256") << int(TokenSigner::Kind::Rs256);
    QTest::newRow("ES256") << int(TokenSigner::Kind::Es256);
}

/// One token an iteration: milliseconds are milliseconds here.
void BenchPolicies::tokenFirst()
{
    QFETCH(int, kind);
    const auto texts = tokens(TokenSigner::Kind(kind));
    const auto keys = sampleKeys();
    QVERIFY(keys.has_value());
    const TokenRules wanted = rules();
    TokenVerifier verifier(wanted, *keys);
    std::size_t next = 0;
    bool good = true;
    QBENCHMARK { good = verifier.verify(texts[next++ % texts.size()], kNow).has_value() && good; }
    QVERIFY(good);
}

/// A thousand tokens an iteration: read milliseconds as microseconds. So everywhere below.
void BenchPolicies::tokenSeen()
{
    QFETCH(int, kind);
    const auto texts = tokens(TokenSigner::Kind(kind));
    const auto keys = sampleKeys();
    QVERIFY(keys.has_value());
    const TokenRules wanted = rules();
    TokenVerifier verifier(wanted, *keys);
    TokenCache cache(2048, 4096);
    for (const std::string& text : texts) {
        auto verified = verifier.verify(text, kNow);
        QVERIFY(verified.has_value());
        cache.insert(text, std::move(*verified));
    }
    std::size_t good = 0;
    std::size_t asked = 0;
    QBENCHMARK
    {
        for (int i = 0; i < kRepeats; ++i, ++asked) {
            const VerifiedToken* seen = cache.find(texts[static_cast<std::size_t>(i) % texts.size()]);
            good += seen && seen->at(kNow) ? 1 : 0;
        }
    }
    QCOMPARE(good, asked);
}

void BenchPolicies::rateLimit_data()
{
    QTest::addColumn<bool>("known");
    QTest::newRow("known callers") << true;
    QTest::newRow("callers never seen") << false;
}

void BenchPolicies::rateLimit()
{
    QFETCH(bool, known);
    TokenBuckets buckets(64 * 1024);
    const TokenBuckets::Rate rate{.interval = 1000, .burst = 1'000'000};
    std::uint64_t key = 0;
    std::int64_t now = 1'000'000'000;
    std::size_t allowed = 0;
    std::size_t asked = 0;
    QBENCHMARK
    {
        for (int i = 0; i < kRepeats; ++i, ++asked) {
            key = known ? static_cast<std::uint64_t>(i % kCallers) + 1 : key + 1;
            now += 1000;
            allowed += buckets.draw(key * 0x9e3779b97f4a7c15, rate, now).allowed ? 1 : 0;
        }
    }
    QCOMPARE(allowed, asked);
}

QTEST_GUILESS_MAIN(BenchPolicies)
#include "bench_policies.moc"
