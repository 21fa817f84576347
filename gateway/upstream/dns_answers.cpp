#include "gateway/upstream/dns_answers.h"

#include "models/document/upstream.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <span>

namespace postern {

namespace {

constexpr qsizetype kMostNameBytes = 255; // RFC 1035, 2.3.4
constexpr int kMostWeight = 65'535;       // RFC 2782
constexpr int kMostPriority = 65'535;

/// Nothing: it is no whole number in the range.
std::optional<int> numberOf(const QJsonValue& value, int least, int most)
{
    const double number = value.toDouble(-1);
    const bool isOne = number >= least && number <= most && number == static_cast<int>(number);
    return isOne ? std::optional(static_cast<int>(number)) : std::nullopt;
}

std::optional<EndpointSettings> endpointOf(const QJsonArray& pair)
{
    const auto address = SocketAddress::parse(pair.at(0).toString());
    const auto weight = numberOf(pair.at(1), 1, kMostWeight);
    // A gateway that knows no priorities hands over none.
    const auto priority = pair.size() > 2 ? numberOf(pair.at(2), 0, kMostPriority) : std::optional(0);
    if (!address || address->isUnix() || address->port == 0 || !weight || !priority)
        return std::nullopt; // no name has such an answer
    return EndpointSettings{*address, *weight, address->text().toStdString(), *priority};
}

QByteArray partOf(const DnsResolver::Question& question, std::span<const EndpointSettings> endpoints)
{
    QJsonArray list;
    for (const EndpointSettings& endpoint : endpoints)
        list.append(QJsonArray{endpoint.address.text(), endpoint.weight, endpoint.priority});
    return QJsonDocument(QJsonObject{{QStringLiteral("name"), question.name},
                                     {QStringLiteral("type"), question.type == DnsRecordType::Srv
                                                                  ? QStringLiteral("SRV")
                                                                  : QStringLiteral("A")},
                                     {QStringLiteral("port"), question.port},
                                     {QStringLiteral("endpoints"), list}})
        .toJson(QJsonDocument::Compact);
}

} // namespace

void DnsAnswers::add(const Question& question, const Endpoints& endpoints)
{
    auto known = std::ranges::find(m_known, question, &Known::question);
    if (known == m_known.end()) {
        if (m_known.size() == kMostQuestions || endpoints.empty())
            return;
        known = m_known.insert(known, Known{question, {}});
    }
    const std::size_t room = DnsResolver::kMostEndpoints - known->endpoints.size();
    const auto some = std::span(endpoints).first(std::min(endpoints.size(), room));
    known->endpoints.insert(known->endpoints.end(), some.begin(), some.end());
}

const DnsAnswers::Endpoints* DnsAnswers::find(const Question& question) const
{
    const auto known = std::ranges::find(m_known, question, &Known::question);
    return known == m_known.end() ? nullptr : &known->endpoints;
}

std::vector<QByteArray> DnsAnswers::parts() const
{
    std::vector<QByteArray> parts;
    for (const Known& known : m_known) {
        for (std::span<const EndpointSettings> rest(known.endpoints); !rest.empty();) {
            const auto some = rest.first(std::min(rest.size(), kMostInAPart));
            parts.push_back(partOf(known.question, some));
            rest = rest.subspan(some.size());
        }
    }
    return parts;
}

Result<void> DnsAnswers::addPart(const QByteArray& part)
{
    const QJsonObject object = QJsonDocument::fromJson(part).object();
    const QString name = object.value(QLatin1String("name")).toString();
    const QString type = object.value(QLatin1String("type")).toString();
    const auto port = numberOf(object.value(QLatin1String("port")), 0, 65'535);
    const QJsonArray list = object.value(QLatin1String("endpoints")).toArray();
    const bool isKnownType = type == u"SRV" || type == u"A";
    Endpoints endpoints;
    for (const QJsonValue& one : list) {
        if (auto endpoint = endpointOf(one.toArray()))
            endpoints.push_back(std::move(*endpoint));
    }
    if (name.isEmpty() || name.size() > kMostNameBytes || !isKnownType || !port || list.isEmpty() ||
        endpoints.size() != static_cast<std::size_t>(list.size()))
        return failure(Error::invalid(QStringLiteral("what a name came to can not be read")));
    add({name, type == u"SRV" ? DnsRecordType::Srv : DnsRecordType::A, static_cast<quint16>(*port)},
        endpoints);
    return {};
}

} // namespace postern
