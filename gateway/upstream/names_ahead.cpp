#include "gateway/upstream/names_ahead.h"

#include <algorithm>
#include <utility>

namespace postern {

NamesAhead::NamesAhead(DnsResolver& resolver, const std::vector<DnsResolver::Question>& questions,
                       Calls calls)
    : m_resolver(resolver), m_calls(std::move(calls))
{
    for (const DnsResolver::Question& question : questions)
        m_names.push_back({.question = question});
    m_patience.setSingleShot(true);
    m_again.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, &NamesAhead::tellMissing);
    connect(&m_again, &QTimer::timeout, this, &NamesAhead::ask);
}

void NamesAhead::begin()
{
    m_patience.start(kPatience);
    ask();
}

void NamesAhead::ask()
{
    // Counted first: an answer may come at once.
    m_open = static_cast<std::size_t>(std::ranges::count(m_names, false, &Name::isFound));
    for (std::size_t i = 0; i < m_names.size(); ++i) {
        if (!m_names[i].isFound)
            m_resolver.resolve(m_names[i].question, this,
                               [this, i](DnsResolver::Answer answer) { take(i, std::move(answer)); });
    }
}

void NamesAhead::take(std::size_t position, DnsResolver::Answer answer)
{
    Name& name = m_names[position];
    name.isFound = answer.has_value(); // in part, too: it is more than nothing
    if (answer)
        m_answers.add(name.question, answer->endpoints);
    else
        name.fault = answer.error().message;
    if (--m_open > 0)
        return;
    if (!std::ranges::all_of(m_names, &Name::isFound)) {
        tellMissing();
        m_again.start(kAgain);
        return;
    }
    m_patience.stop();
    m_calls.found(std::move(m_answers));
}

void NamesAhead::tellMissing()
{
    m_patience.stop();
    if (std::exchange(m_hasTold, true))
        return;
    std::vector<Missing> missing;
    for (const Name& name : m_names) {
        if (!name.isFound)
            missing.push_back({name.question, name.fault});
    }
    m_calls.missing(missing);
}

} // namespace postern
