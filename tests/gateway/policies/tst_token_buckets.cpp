#include "gateway/policies/rate_limit/token_buckets.h"

#include <QTest>

#include <atomic>
#include <thread>

using namespace postern;

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr TokenBuckets::Rate tenASecond{.interval = second / 10, .burst = 20};

} // namespace

class TokenBucketsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRestedKeyHasItsBurstAndThenItsRate()
    {
        TokenBuckets buckets(1024);
        std::int64_t now = 5 * second;
        for (int i = 0; i < 20; ++i) {
            const auto answer = buckets.draw(7, tenASecond, now);
            QVERIFY(answer.allowed);
            QCOMPARE(answer.remaining, 19 - i);
        }
        const auto refused = buckets.draw(7, tenASecond, now);
        QVERIFY(!refused.allowed);
        QCOMPARE(refused.wait, std::chrono::nanoseconds(second / 10));
        QVERIFY(!buckets.draw(7, tenASecond, now + second / 10 - 1).allowed);
        QVERIFY(buckets.draw(7, tenASecond, now + second / 10).allowed);
        QVERIFY(!buckets.draw(7, tenASecond, now + second / 10).allowed);
        // Two seconds later it is full, and no fuller.
        now += 60 * second;
        for (int i = 0; i < 20; ++i)
            QVERIFY(buckets.draw(7, tenASecond, now).allowed);
        QVERIFY(!buckets.draw(7, tenASecond, now).allowed);
    }

    void keysAreApart()
    {
        TokenBuckets buckets(1024);
        const TokenBuckets::Rate one{.interval = second, .burst = 1};
        for (std::uint64_t key = 2; key < 400; key += 2)
            QVERIFY(buckets.draw(key, one, second).allowed);
        for (std::uint64_t key = 2; key < 400; key += 2)
            QVERIFY(!buckets.draw(key, one, second).allowed);
    }

    void whatIsGivenBackCanBeDrawnAgain()
    {
        TokenBuckets buckets(64);
        const TokenBuckets::Rate one{.interval = second, .burst = 1};
        QVERIFY(buckets.draw(3, one, second).allowed);
        buckets.giveBack(3, one);
        QVERIFY(buckets.draw(3, one, second).allowed);
        QVERIFY(!buckets.draw(3, one, second).allowed);
    }

    void aFloodOfKeysFreesNobody()
    {
        TokenBuckets buckets(64);
        const TokenBuckets::Rate rate{.interval = second, .burst = 10};
        for (int i = 0; i < 10; ++i)
            QVERIFY(buckets.draw(1, rate, second).allowed);
        for (std::uint64_t key = 100; key < 100'000; ++key)
            QVERIFY(buckets.draw(key * 0x9e3779b97f4a7c15, rate, second).allowed);
        QVERIFY(!buckets.draw(1, rate, second).allowed);
    }

    void aNewRateKeepsWhatWasDrawn()
    {
        TokenBuckets buckets(64);
        const TokenBuckets::Rate before{.interval = second / 100, .burst = 100};
        const TokenBuckets::Rate after{.interval = second / 50, .burst = 50};
        for (int i = 0; i < 40; ++i)
            QVERIFY(buckets.draw(9, before, second).allowed);
        buckets.rescale(before, after, second);
        int left = 0;
        while (buckets.draw(9, after, second).allowed)
            ++left;
        QCOMPARE(left, 10);
    }

    /// Many threads on few keys and a moving clock: never one token too many, and none lost while asked for.
    void isExactUnderManyThreads()
    {
        constexpr int keys = 5;
        constexpr int threads = 4;
        constexpr int draws = 40'000;
        TokenBuckets buckets(64);
        const TokenBuckets::Rate rate{.interval = 1000, .burst = 50};
        std::atomic<std::int64_t> clock = second;
        std::array<std::atomic<std::int64_t>, keys> allowed{};
        std::vector<std::thread> workers;
        for (int t = 0; t < threads; ++t) {
            workers.emplace_back([&, t] {
                for (int i = 0; i < draws; ++i) {
                    const auto key = static_cast<std::size_t>((i + t) % keys);
                    if (buckets.draw(1000 + 2 * key, rate, clock.fetch_add(7)).allowed)
                        ++allowed[key];
                }
            });
        }
        for (std::thread& worker : workers)
            worker.join();
        const std::int64_t elapsed = clock.load() - second;
        for (const auto& count : allowed) {
            QVERIFY2(count <= rate.burst + elapsed / rate.interval, qPrintable(QString::number(count)));
            QVERIFY2(count >= rate.burst + elapsed / rate.interval - 1, qPrintable(QString::number(count)));
        }
    }

    /// The same new key brought by many threads at once takes one cell, not two.
    void aNewKeyIsOneKey()
    {
        const TokenBuckets::Rate one{.interval = second, .burst = 1};
        for (std::uint64_t round = 1; round <= 300; ++round) {
            TokenBuckets buckets(8);
            std::atomic<int> ready = 0;
            std::atomic<int> allowed = 0;
            std::vector<std::thread> workers;
            for (int t = 0; t < 3; ++t) {
                workers.emplace_back([&, t] {
                    ++ready;
                    while (ready < 3) {
                    }
                    buckets.draw(round * 1000 + 2 * static_cast<std::uint64_t>(t) + 101, one, second);
                    if (buckets.draw(round, one, second).allowed)
                        ++allowed;
                });
            }
            for (std::thread& worker : workers)
                worker.join();
            QCOMPARE(allowed.load(), 1);
        }
    }
};

QTEST_GUILESS_MAIN(TokenBucketsTest)
#include "tst_token_buckets.moc"
