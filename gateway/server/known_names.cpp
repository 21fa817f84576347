#include "gateway/server/known_names.h"

#include "gateway/proxy/compiled_snapshot.h"
#include "gateway/upstream/upstream_directory.h"

#include <algorithm>

namespace postern {

namespace {

using Question = DnsResolver::Question;

/// What the parts of a HandoverParcel's state are called; a number follows, in their order.
const QString partsName = QStringLiteral("dns-answer-");

/// Calls \a each(question, directory) for the upstreams with names.
template<typename Each>
void forNames(const Snapshot& snapshot, const Each& each)
{
    const Snapshot::Compiled& compiled = snapshot.compiled();
    const std::vector<Upstream>& upstreams = compiled.document->api.spec.upstreams;
    for (std::size_t i = 0; i < upstreams.size(); ++i) {
        if (upstreams[i].dns)
            each(Question::of(*upstreams[i].dns), *compiled.upstreams[i].directory);
    }
}

bool asks(const EffectiveDocument& document, const Question& question)
{
    return std::ranges::any_of(document.api.spec.upstreams, [&question](const Upstream& one) {
        return one.dns && Question::of(*one.dns) == question;
    });
}

} // namespace

DnsAnswers answersOf(const Snapshot& snapshot)
{
    DnsAnswers answers;
    forNames(snapshot, [&answers](const Question& question, const UpstreamDirectory& directory) {
        if (answers.find(question))
            return; // two upstreams of the same name
        DnsAnswers::Endpoints endpoints;
        for (const UpstreamDirectory::Entry& entry : directory.entries())
            endpoints.push_back(entry.settings);
        answers.add(question, endpoints);
    });
    return answers;
}

void seedNames(const Snapshot& snapshot, const DnsAnswers& answers, Clock::Steady now)
{
    forNames(snapshot, [&answers, now](const Question& question, UpstreamDirectory& directory) {
        const DnsAnswers::Endpoints* known = answers.find(question);
        if (known && directory.entries().empty())
            directory.replace(*known, now);
    });
}

std::vector<Question> newNames(const EffectiveDocument& running, const EffectiveDocument& next)
{
    std::vector<Question> questions;
    for (const Upstream& upstream : next.api.spec.upstreams) {
        if (!upstream.dns)
            continue;
        const Question question = Question::of(*upstream.dns);
        if (!asks(running, question) && std::ranges::find(questions, question) == questions.end())
            questions.push_back(question);
    }
    return questions;
}

std::vector<Finding> findingsOf(const std::vector<NamesAhead::Missing>& missing,
                                const EffectiveDocument& document)
{
    std::vector<Finding> findings;
    const std::vector<Upstream>& upstreams = document.api.spec.upstreams;
    for (const NamesAhead::Missing& one : missing) {
        const auto upstream = std::ranges::find_if(upstreams, [&one](const Upstream& any) {
            return any.dns && Question::of(*any.dns) == one.question;
        });
        Finding finding{.rule = QStringLiteral("name-without-answer"),
                        .place = {},
                        .found = one.fault,
                        .expected = QStringLiteral("a name that DNS knows; the configuration is taken as "
                                                   "soon as it does")};
        finding.place.path = QStringLiteral("spec.upstreams[%1].dns.name").arg(upstream - upstreams.begin());
        findings.push_back(std::move(finding));
    }
    return findings;
}

void putNames(const DnsAnswers& answers, QMap<QString, QByteArray>& state)
{
    int number = 0;
    for (const QByteArray& part : answers.parts())
        state.insert(partsName + QStringLiteral("%1").arg(number++, 4, 10, QLatin1Char('0')), part);
}

DnsAnswers namesIn(const QMap<QString, QByteArray>& state)
{
    DnsAnswers answers;
    for (auto part = state.lowerBound(partsName); part != state.end() && part.key().startsWith(partsName);
         ++part) {
        [[maybe_unused]] const auto added = answers.addPart(part.value()); // or it is looked up anew
    }
    return answers;
}

} // namespace postern
