#pragma once

#include "gateway/upstream/dns_answers.h"

#include <QTimer>

#include <chrono>
#include <functional>
#include <vector>

namespace postern {

/// Looks names up before anything depends on them, so that a configuration with new names replaces one that
/// works only once there is somewhere to go. Asks until all have an answer: what is missing may come to be
/// later than the document that names it. Owned by the Control, on its thread; used once, ended at any time
/// but from within its own calls, where deleteLater() is the way.
class NamesAhead final : public QObject
{
    Q_OBJECT
public:
    /// How long all of them may take before it is told that some have no answer.
    static constexpr std::chrono::milliseconds kPatience{2'000};
    static constexpr std::chrono::milliseconds kAgain{5'000};

    struct Missing
    {
        DnsResolver::Question question;
        QString fault;
    };
    struct Calls
    {
        std::function<void(DnsAnswers)> found;                    ///< once, all of them
        std::function<void(const std::vector<Missing>&)> missing; ///< once at most, and before found
    };

    /// \a resolver outlives this.
    NamesAhead(DnsResolver& resolver, const std::vector<DnsResolver::Question>& questions, Calls calls);
    /// Calls may come at once.
    void begin();

private:
    struct Name
    {
        DnsResolver::Question question;
        QString fault = QStringLiteral("no answer in time");
        bool isFound = false;
    };

    void ask();
    void take(std::size_t name, DnsResolver::Answer answer);
    void tellMissing();

    DnsResolver& m_resolver;
    const Calls m_calls;
    std::vector<Name> m_names;
    DnsAnswers m_answers;
    QTimer m_patience;
    QTimer m_again;
    std::size_t m_open = 0; ///< lookups under way
    bool m_hasTold = false;
};

} // namespace postern
