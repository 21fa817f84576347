#pragma once

#include "gateway/upstream/dns_resolver.h"

#include <QByteArray>

#include <vector>

namespace postern {

/// What names came to, by the question that was asked: what is known goes from one configuration, or one
/// process, to the next in this. A value; of one thread at a time. Bounded: kMostQuestions, and the endpoints
/// of an answer.
class DnsAnswers
{
public:
    using Question = DnsResolver::Question;
    using Endpoints = std::vector<EndpointSettings>;
    struct Known
    {
        Question question;
        Endpoints endpoints;
    };
    static constexpr std::size_t kMostQuestions = 256;
    static constexpr std::size_t kMostInAPart = 500;

    /// To what is known of that question already. What is beyond the bounds is left out.
    void add(const Question& question, const Endpoints& endpoints);
    /// Null: nothing is known.
    [[nodiscard]] const Endpoints* find(const Question& question) const;
    [[nodiscard]] const std::vector<Known>& all() const { return m_known; }

    /// As JSON, in parts that fit into a message of 64 KiB each, with base64 around them, too.
    [[nodiscard]] std::vector<QByteArray> parts() const;
    /// Error: it is no such part, and changes nothing.
    [[nodiscard]] Result<void> addPart(const QByteArray& part);

private:
    std::vector<Known> m_known;
};

} // namespace postern
