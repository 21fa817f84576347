#pragma once

#include "models/base/clock.h"
#include "models/base/error.h"
#include "models/fleet/fleet_question.h"

#include <QStringList>

#include <optional>
#include <vector>

namespace postern {

/// Which questions are due, under way, resting or failing. A value of the poller; time comes in as arguments.
///
/// Rests: an answer that took t is asked for again after 20 t (at most ten minutes), one that timed out after
/// 4 t, one that Prometheus refuses (a query too large) after a minute, one that could not be asked at once.
class QuestionSchedule
{
public:
    struct Entry
    {
        FleetQuestion question;
        Clock::Steady askedAt;
        Clock::Steady dueAt;
        bool underWay = false;
        bool woken = false;         ///< by hand, and not asked since
        std::optional<Error> error; ///< of the newest attempt
    };

    /// Entries whose question stays the same keep their state.
    void setQuestions(std::vector<FleetQuestion> questions);
    [[nodiscard]] std::vector<std::size_t> due(Clock::Steady now) const;
    void asked(std::size_t index, Clock::Steady now);
    void answered(std::size_t index, Clock::Steady now);
    void failed(std::size_t index, Clock::Steady now, const Error& error);
    /// Everything is due at once; what is under way, when it is answered.
    void wakeAll();
    /// True while something that was woken can be asked.
    [[nodiscard]] bool hasWoken() const;

    [[nodiscard]] const std::vector<Entry>& entries() const { return m_entries; }
    /// The position of the question called \a name; none when it is not asked any more.
    [[nodiscard]] std::optional<std::size_t> find(const QString& promql, const QString& name) const;
    /// True while a question that the picture needs is under way.
    [[nodiscard]] bool waiting() const;
    [[nodiscard]] QStringList failing() const;
    [[nodiscard]] std::optional<Error> firstError() const;
    /// True when every question that the picture needs failed at its newest attempt for want of Prometheus.
    [[nodiscard]] bool away() const;

private:
    std::vector<Entry> m_entries;
};

} // namespace postern
