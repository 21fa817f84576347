#include "models/fleet/question_schedule.h"

#include <algorithm>

namespace postern {
namespace {

using namespace std::chrono_literals;
using Urgency = FleetQuestion::Urgency;

constexpr Clock::Steady::duration kLongestRest = 10min;

bool unreachable(const Error& error)
{
    return error.kind == Error::Kind::Unavailable || error.kind == Error::Kind::TimedOut ||
           error.kind == Error::Kind::Denied;
}

} // namespace

void QuestionSchedule::setQuestions(std::vector<FleetQuestion> questions)
{
    std::vector<Entry> entries;
    for (FleetQuestion& question : questions) {
        const auto same = std::find_if(m_entries.begin(), m_entries.end(), [&question](const Entry& entry) {
            return entry.question.promql == question.promql && entry.question.name() == question.name() &&
                   entry.question.step == question.step;
        });
        if (same != m_entries.end())
            entries.push_back(std::move(*same));
        else
            entries.push_back({.question = std::move(question), .askedAt = {}, .dueAt = {}, .error = {}});
    }
    m_entries = std::move(entries);
}

std::vector<std::size_t> QuestionSchedule::due(Clock::Steady now) const
{
    std::vector<std::size_t> indexes;
    // What the picture needs is asked first: connections are few.
    for (const Urgency urgency : {Urgency::Now, Urgency::Later}) {
        for (std::size_t i = 0; i < m_entries.size(); ++i) {
            const Entry& entry = m_entries[i];
            if (entry.question.urgency == urgency && !entry.underWay && entry.dueAt <= now)
                indexes.push_back(i);
        }
    }
    return indexes;
}

void QuestionSchedule::asked(std::size_t index, Clock::Steady now)
{
    m_entries[index].askedAt = now;
    m_entries[index].underWay = true;
    m_entries[index].woken = false;
}

void QuestionSchedule::answered(std::size_t index, Clock::Steady now)
{
    Entry& entry = m_entries[index];
    // An answer to the same words asked before the questions changed tells nothing of their cost.
    const auto took = entry.underWay ? now - entry.askedAt : Clock::Steady::duration(0);
    entry.underWay = false;
    entry.error.reset();
    entry.dueAt = entry.woken ? now : now + std::min(20 * took, kLongestRest);
}

void QuestionSchedule::failed(std::size_t index, Clock::Steady now, const Error& error)
{
    Entry& entry = m_entries[index];
    entry.underWay = false;
    entry.error = error;
    if (entry.woken)
        entry.dueAt = now;
    else if (error.kind == Error::Kind::TimedOut)
        entry.dueAt = now + std::min(4 * (now - entry.askedAt), kLongestRest);
    else
        entry.dueAt = unreachable(error) ? now : now + 1min;
}

void QuestionSchedule::wakeAll()
{
    for (Entry& entry : m_entries) {
        entry.dueAt = {};
        entry.woken = true;
    }
}

bool QuestionSchedule::hasWoken() const
{
    return std::any_of(m_entries.begin(), m_entries.end(),
                       [](const Entry& entry) { return entry.woken && !entry.underWay; });
}

std::optional<std::size_t> QuestionSchedule::find(const QString& promql, const QString& name) const
{
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        if (m_entries[i].question.promql == promql && m_entries[i].question.name() == name)
            return i;
    }
    return std::nullopt;
}

bool QuestionSchedule::waiting() const
{
    return std::any_of(m_entries.begin(), m_entries.end(), [](const Entry& entry) {
        return entry.underWay && entry.question.urgency == Urgency::Now;
    });
}

QStringList QuestionSchedule::failing() const
{
    QStringList names;
    for (const Entry& entry : m_entries) {
        if (entry.error)
            names.append(entry.question.name());
    }
    return names;
}

std::optional<Error> QuestionSchedule::firstError() const
{
    for (const Entry& entry : m_entries) {
        if (entry.error)
            return entry.error;
    }
    return std::nullopt;
}

bool QuestionSchedule::away() const
{
    return std::all_of(m_entries.begin(), m_entries.end(), [](const Entry& entry) {
        return entry.question.urgency != Urgency::Now || (entry.error && unreachable(*entry.error));
    });
}

} // namespace postern
