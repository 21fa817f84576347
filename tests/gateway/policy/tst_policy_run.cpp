#include "gateway/http/request_head.h"
#include "gateway/policy/policy_run.h"

#include <QTest>

using namespace postern;
using Outcome = PolicyRun::Outcome;

namespace {

struct Diary
{
    QStringList lines;
};

/// Writes down what it is asked, and answers as told.
class ScriptedPolicy final : public Policy
{
public:
    ScriptedPolicy(QString name, Diary& diary, Decision::Verdict verdict, bool undecided = false)
        : m_name(std::move(name)), m_diary(diary), m_verdict(verdict), m_undecided(undecided)
    {}

    [[nodiscard]] Phases phases() const override
    {
        return Phase::Decide | Phase::Apply | Phase::RequestBody | Phase::ResponseHead;
    }
    Decision decide(PolicyContext& context) override
    {
        m_diary.lines << m_name + QStringLiteral(" decides");
        if (m_verdict == Decision::Verdict::Pause) {
            resumption = context.resumption();
            return Decision::pause();
        }
        return answer(m_verdict);
    }
    void apply(PolicyContext&) override { m_diary.lines << m_name + QStringLiteral(" applies"); }
    Decision requestBody(PolicyContext&, std::span<const char> piece, bool last) override
    {
        m_diary.lines << m_name + QStringLiteral(" sees %1%2")
                                      .arg(piece.size())
                                      .arg(last ? QStringLiteral(", last") : QString());
        return piece.size() > bodyLimit ? answer(Decision::Verdict::Deny) : Decision::allow();
    }
    void responseHead(PolicyContext&) override { m_diary.lines << m_name + QStringLiteral(" answers"); }

    Resumption resumption;
    std::size_t bodyLimit = 1000;

private:
    Decision answer(Decision::Verdict verdict) const
    {
        if (verdict == Decision::Verdict::Allow)
            return m_undecided ? Decision::allowUndecided() : Decision::allow();
        Problem problem;
        problem.status = 403;
        problem.detail = m_name.toStdString();
        return m_undecided ? Decision::denyUndecided(std::move(problem)) : Decision::deny(std::move(problem));
    }

    QString m_name;
    Diary& m_diary;
    Decision::Verdict m_verdict;
    bool m_undecided;
};

class Listener final : public DecisionObserver
{
public:
    void decided(const ChainLink& link, Kind kind) override
    {
        static constexpr const char* words[] = {"allow", "deny", "error"};
        heard << QString::fromStdString(link.name) + u' ' + QLatin1StringView(words[static_cast<int>(kind)]);
    }
    QStringList heard;
};

} // namespace

class PolicyRunTest : public QObject
{
    Q_OBJECT

    using Verdict = Decision::Verdict;

    Diary m_diary;
    RequestHead m_head;
    PolicyContext m_context;

    PolicyChain chain(std::initializer_list<std::pair<ScriptedPolicy*, bool>> policies)
    {
        std::vector<ChainLink> links;
        std::size_t index = 0;
        for (const auto& [policy, enforced] : policies)
            links.push_back({policy, enforced, std::string(1, char('a' + index)), "scripted", index}),
                ++index;
        return PolicyChain(std::move(links));
    }

private Q_SLOTS:
    void init()
    {
        m_diary.lines.clear();
        m_context = PolicyContext();
        m_context.request = &m_head;
    }

    void runsInOrderAndComesBackInReverse()
    {
        ScriptedPolicy a(QStringLiteral("a"), m_diary, Verdict::Allow);
        ScriptedPolicy b(QStringLiteral("b"), m_diary, Verdict::Allow);
        const PolicyChain policies = chain({{&a, true}, {&b, true}});
        PolicyRun run;
        Listener listener;
        QCOMPARE(run.start(policies, m_context, {}), Outcome::Continue);
        QCOMPARE(run.requestBody({}, true), Outcome::Continue);
        run.responseHead();
        run.finish(&listener);
        QCOMPARE(m_diary.lines.join(u';'),
                 QStringLiteral("a decides;a applies;b decides;b applies;"
                                "a sees 0, last;b sees 0, last;b answers;a answers"));
        QCOMPARE(listener.heard.join(u';'), QStringLiteral("a allow;b allow"));
    }

    void aRefusalEndsTheChain()
    {
        ScriptedPolicy a(QStringLiteral("a"), m_diary, Verdict::Deny);
        ScriptedPolicy b(QStringLiteral("b"), m_diary, Verdict::Allow);
        const PolicyChain policies = chain({{&a, true}, {&b, true}});
        PolicyRun run;
        Listener listener;
        QCOMPARE(run.start(policies, m_context, {}), Outcome::Refused);
        QCOMPARE(run.problem().detail, std::string("a"));
        QCOMPARE(run.refusedBy()->name, std::string("a"));
        run.responseHead();
        run.finish(&listener);
        QCOMPARE(m_diary.lines.join(u';'), QStringLiteral("a decides;a answers"));
        QCOMPARE(listener.heard.join(u';'), QStringLiteral("a deny"));
    }

    void shadowDecidesCountsAndChangesNothing()
    {
        ScriptedPolicy a(QStringLiteral("a"), m_diary, Verdict::Deny);
        ScriptedPolicy b(QStringLiteral("b"), m_diary, Verdict::Allow);
        const PolicyChain policies = chain({{&a, false}, {&b, false}});
        PolicyRun run;
        Listener listener;
        QCOMPARE(run.start(policies, m_context, {}), Outcome::Continue);
        run.responseHead();
        run.finish(&listener);
        QCOMPARE(m_diary.lines.join(u';'), QStringLiteral("a decides;b decides"));
        QCOMPARE(listener.heard.join(u';'), QStringLiteral("a deny;b allow"));
    }

    void whoCanNotDecideIsCountedAsError()
    {
        ScriptedPolicy a(QStringLiteral("a"), m_diary, Verdict::Allow, true);
        ScriptedPolicy b(QStringLiteral("b"), m_diary, Verdict::Deny, true);
        const PolicyChain policies = chain({{&a, true}, {&b, true}});
        PolicyRun run;
        Listener listener;
        QCOMPARE(run.start(policies, m_context, {}), Outcome::Refused);
        run.finish(&listener);
        QCOMPARE(listener.heard.join(u';'), QStringLiteral("a error;b error"));
    }

    void aBodyThatTurnsOutWrongIsRefusedOnce()
    {
        ScriptedPolicy a(QStringLiteral("a"), m_diary, Verdict::Allow);
        a.bodyLimit = 2;
        const PolicyChain policies = chain({{&a, true}});
        PolicyRun run;
        Listener listener;
        QCOMPARE(run.start(policies, m_context, {}), Outcome::Continue);
        QCOMPARE(run.requestBody(std::span("ab", 2), false), Outcome::Continue);
        QCOMPARE(run.requestBody(std::span("abc", 3), false), Outcome::Refused);
        run.finish(&listener);
        QCOMPARE(listener.heard.join(u';'), QStringLiteral("a deny"));
    }

    void aPausedChainGoesOnWhereItStood()
    {
        ScriptedPolicy a(QStringLiteral("a"), m_diary, Verdict::Pause);
        ScriptedPolicy b(QStringLiteral("b"), m_diary, Verdict::Pause);
        ScriptedPolicy c(QStringLiteral("c"), m_diary, Verdict::Allow);
        const PolicyChain policies = chain({{&a, true}, {&b, true}, {&c, true}});
        PolicyRun run;
        QList<Outcome> resumed;
        QCOMPARE(run.start(policies, m_context, [&](Outcome outcome) { resumed << outcome; }),
                 Outcome::Paused);
        QVERIFY(a.resumption.alive());
        a.resumption.resume(Decision::allow());
        QVERIFY(resumed.isEmpty()); // b waits now
        QCOMPARE(m_diary.lines.join(u';'), QStringLiteral("a decides;a applies;b decides"));
        b.resumption.resume(Decision::allow());
        QCOMPARE(resumed, QList<Outcome>{Outcome::Continue});
        QCOMPARE(m_diary.lines.last(), QStringLiteral("c applies"));
        b.resumption.resume(Decision::allow());
        a.resumption.resume(Decision::allow());
        QCOMPARE(resumed.size(), 1);
        run.finish(nullptr);
    }

    void aRefusalMayComeLater()
    {
        ScriptedPolicy a(QStringLiteral("a"), m_diary, Verdict::Pause);
        const PolicyChain policies = chain({{&a, true}});
        PolicyRun run;
        QList<Outcome> resumed;
        Listener listener;
        QCOMPARE(run.start(policies, m_context, [&](Outcome outcome) { resumed << outcome; }),
                 Outcome::Paused);
        Problem problem;
        problem.detail = "late";
        a.resumption.resume(Decision::deny(std::move(problem)));
        QCOMPARE(resumed, QList<Outcome>{Outcome::Refused});
        QCOMPARE(run.problem().detail, std::string("late"));
        run.finish(&listener);
        QCOMPARE(listener.heard.join(u';'), QStringLiteral("a deny"));
    }

    void anAnswerForAnExchangeThatEndedIsLost()
    {
        ScriptedPolicy a(QStringLiteral("a"), m_diary, Verdict::Pause);
        const PolicyChain policies = chain({{&a, true}});
        PolicyRun run;
        bool resumed = false;
        QCOMPARE(run.start(policies, m_context, [&](Outcome) { resumed = true; }), Outcome::Paused);
        run.finish(nullptr); // the client went away
        QVERIFY(!a.resumption.alive());
        a.resumption.resume(Decision::allow());
        QVERIFY(!resumed);

        // Nor does it reach the run's next exchange.
        ScriptedPolicy b(QStringLiteral("b"), m_diary, Verdict::Pause);
        const PolicyChain next = chain({{&b, true}});
        QCOMPARE(run.start(next, m_context, [&](Outcome) { resumed = true; }), Outcome::Paused);
        a.resumption.resume(Decision::allow());
        QVERIFY(!resumed);
        run.finish(nullptr);
    }
};

QTEST_GUILESS_MAIN(PolicyRunTest)
#include "tst_policy_run.moc"
