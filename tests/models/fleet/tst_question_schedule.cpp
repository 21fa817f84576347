#include "models/fleet/question_schedule.h"

#include <QTest>

using namespace postern;
using namespace std::chrono_literals;
using Urgency = FleetQuestion::Urgency;

namespace {

FleetQuestion question(const char* promql, Urgency urgency)
{
    FleetQuestion question;
    question.kind = FleetQuestion::Kind::Events;
    question.urgency = urgency;
    question.promql = QString::fromLatin1(promql);
    return question;
}

const Clock::Steady kStart(1000s);

} // namespace

class tst_QuestionSchedule : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void urgentFirst();
    void rests_data();
    void rests();
    void refusalsRest_data();
    void refusalsRest();
    void underWayIsNotDue();
    void wokenWhileUnderWay();
    void keepsWhatStays();
    void tellsWhatFails();
};

void tst_QuestionSchedule::urgentFirst()
{
    QuestionSchedule schedule;
    schedule.setQuestions({question("later", Urgency::Later), question("now", Urgency::Now)});
    QCOMPARE(schedule.due(kStart), (std::vector<std::size_t>{1, 0}));
}

void tst_QuestionSchedule::rests_data()
{
    QTest::addColumn<int>("tookMs");
    QTest::addColumn<int>("restMs");
    QTest::newRow("cheap") << 5 << 100;
    QTest::newRow("a second") << 1000 << 20'000;
    QTest::newRow("dear") << 25'000 << 500'000;
    QTest::newRow("bounded") << 120'000 << 600'000;
}

void tst_QuestionSchedule::rests()
{
    QFETCH(int, tookMs);
    QFETCH(int, restMs);
    QuestionSchedule schedule;
    schedule.setQuestions({question("a", Urgency::Later)});
    schedule.asked(0, kStart);
    const auto answered = kStart + std::chrono::milliseconds(tookMs);
    schedule.answered(0, answered);
    QVERIFY(schedule.due(answered + std::chrono::milliseconds(restMs - 1)).empty());
    QCOMPARE(schedule.due(answered + std::chrono::milliseconds(restMs)).size(), std::size_t(1));
    schedule.wakeAll();
    QCOMPARE(schedule.due(answered).size(), std::size_t(1));
}

void tst_QuestionSchedule::refusalsRest_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("restMs");
    QTest::newRow("away") << int(Error::Kind::Unavailable) << 0;
    QTest::newRow("denied") << int(Error::Kind::Denied) << 0;
    QTest::newRow("timed out after 2 s") << int(Error::Kind::TimedOut) << 8000;
    QTest::newRow("too large") << int(Error::Kind::Exhausted) << 60'000;
    QTest::newRow("makes no sense") << int(Error::Kind::Invalid) << 60'000;
}

void tst_QuestionSchedule::refusalsRest()
{
    QFETCH(int, kind);
    QFETCH(int, restMs);
    QuestionSchedule schedule;
    schedule.setQuestions({question("a", Urgency::Now)});
    schedule.asked(0, kStart);
    const auto failed = kStart + 2s;
    schedule.failed(0, failed, Error::environment(Error::Kind(kind), QStringLiteral("x")));
    QCOMPARE(schedule.due(failed + std::chrono::milliseconds(restMs)).size(), std::size_t(1));
    if (restMs > 0)
        QVERIFY(schedule.due(failed + std::chrono::milliseconds(restMs - 1)).empty());
}

void tst_QuestionSchedule::underWayIsNotDue()
{
    QuestionSchedule schedule;
    schedule.setQuestions({question("later", Urgency::Later), question("now", Urgency::Now)});
    schedule.asked(0, kStart);
    QVERIFY(!schedule.waiting()); // the picture does not wait for dear ones
    schedule.asked(1, kStart);
    QVERIFY(schedule.waiting());
    QVERIFY(schedule.due(kStart + 1h).empty());
    schedule.wakeAll();
    QVERIFY(schedule.due(kStart + 1h).empty());
}

void tst_QuestionSchedule::wokenWhileUnderWay()
{
    QuestionSchedule schedule;
    schedule.setQuestions({question("dear", Urgency::Later), question("refused", Urgency::Now)});
    schedule.asked(0, kStart);
    schedule.asked(1, kStart);
    schedule.wakeAll();
    QVERIFY(!schedule.hasWoken()); // neither can be asked yet
    // Neither rests: both are asked again.
    schedule.answered(0, kStart + 30s);
    schedule.failed(1, kStart + 30s, Error::invalid(QStringLiteral("no sense")));
    QVERIFY(schedule.hasWoken());
    QCOMPARE(schedule.due(kStart + 30s), (std::vector<std::size_t>{1, 0}));
    // Once.
    schedule.asked(0, kStart + 30s);
    schedule.asked(1, kStart + 30s);
    QVERIFY(!schedule.hasWoken());
    schedule.answered(0, kStart + 60s);
    schedule.failed(1, kStart + 60s, Error::invalid(QStringLiteral("no sense")));
    QVERIFY(schedule.due(kStart + 60s).empty());
    QVERIFY(!schedule.hasWoken());
}

void tst_QuestionSchedule::keepsWhatStays()
{
    QuestionSchedule schedule;
    schedule.setQuestions({question("a", Urgency::Now), question("b", Urgency::Now)});
    schedule.asked(1, kStart);
    schedule.setQuestions({question("b", Urgency::Now), question("c", Urgency::Now)});
    QCOMPARE(schedule.due(kStart), (std::vector<std::size_t>{1}));
    QVERIFY(!schedule.find(QStringLiteral("a"), schedule.entries()[0].question.name()));
    // An answer asked for before a question was made anew says nothing about its cost.
    schedule.answered(1, kStart + 100s);
    QCOMPARE(schedule.due(kStart + 100s), (std::vector<std::size_t>{1}));
}

void tst_QuestionSchedule::tellsWhatFails()
{
    QuestionSchedule schedule;
    schedule.setQuestions(
        {question("a", Urgency::Now), question("b", Urgency::Now), question("c", Urgency::Later)});
    QVERIFY(schedule.failing().isEmpty());
    QVERIFY(!schedule.away());
    const Error gone = Error::environment(Error::Kind::Unavailable, QStringLiteral("gone"));
    schedule.failed(0, kStart, gone);
    QVERIFY(!schedule.away());
    QCOMPARE(schedule.failing().size(), 1);
    schedule.failed(1, kStart, gone);
    QVERIFY(schedule.away());
    QCOMPARE(schedule.firstError()->message, QStringLiteral("gone"));
    schedule.failed(1, kStart, Error::invalid(QStringLiteral("no sense")));
    QVERIFY(!schedule.away()); // who refuses is there
    schedule.asked(1, kStart);
    schedule.answered(1, kStart + 1s);
    QCOMPARE(schedule.failing().size(), 1);
}

QTEST_GUILESS_MAIN(tst_QuestionSchedule)
#include "tst_question_schedule.moc"
