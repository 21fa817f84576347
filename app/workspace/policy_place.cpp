#include "app/workspace/policy_place.h"

#include "models/schema/document_path.h"
#include "models/schema/yaml_reader.h"

#include <algorithm>
#include <functional>

namespace postern {
namespace {

using Visitor = std::function<void(const PolicyIdentity&, const PolicyEntry&)>;

void visitApi(const Loaded<ApiGateway>& api, const Visitor& visit)
{
    PolicyIdentity identity{.file = api.file,
                            .owner = PolicyIdentity::Owner::Api,
                            .document = api.document.id(),
                            .route = {},
                            .policy = {}};
    const auto visitAll = [&](const std::vector<PolicyEntry>& policies) {
        for (const PolicyEntry& policy : policies) {
            identity.policy = policy.name;
            visit(identity, policy);
        }
    };
    visitAll(api.document.spec.policies);
    for (const Route& route : api.document.spec.routes) {
        identity.route = route.name;
        visitAll(route.policies);
    }
}

void visitPolicies(const LoadedDocuments& documents, const Visitor& visit)
{
    for (const Loaded<ApiGateway>& api : documents.apis)
        visitApi(api, visit);
    for (const Loaded<GatewayBaseline>& baseline : documents.baselines)
        for (const PolicyEntry& policy : baseline.document.spec.policies)
            visit({.file = baseline.file,
                   .owner = PolicyIdentity::Owner::Baseline,
                   .document = baseline.document.metadata.name,
                   .route = {},
                   .policy = policy.name},
                  policy);
}

/// Which of a file's documents a line lies in, and that document.
struct DocumentAt
{
    std::size_t index = 0;
    Node root;
};

std::optional<DocumentAt> documentAt(const QByteArray& text, int line)
{
    Findings ignored;
    const std::vector<Node> documents = readYaml(text, ignored);
    std::optional<DocumentAt> found;
    for (std::size_t at = 0; at < documents.size() && documents[at].start.line <= line; ++at)
        found = {at, documents[at]};
    return found;
}

/// A block's end lies where the next thing starts: blank lines and comments before that are not its own.
int lastLineOf(const QByteArray& text, const Node& node)
{
    const QList<QByteArray> lines = text.split('\n');
    int line = node.end.line - (node.end.column == 1 ? 1 : 0);
    const auto isOwn = [&](int number) {
        const QByteArray own = lines.value(number - 1).trimmed();
        return !own.isEmpty() && !own.startsWith('#');
    };
    // Where the next item starts on the end's line, that line is the next item's.
    if (node.style == Node::Style::Block && node.end.line > node.start.line && node.end.column > 1 &&
        node.end.offset < text.size())
        --line;
    while (line > node.start.line && !isOwn(line))
        --line;
    return line;
}

} // namespace

std::vector<PolicyIdentity> policiesOf(const DocumentSnapshot& documents)
{
    std::vector<PolicyIdentity> policies;
    visitPolicies(documents.documents,
                  [&](const PolicyIdentity& identity, const PolicyEntry&) { policies.push_back(identity); });
    return policies;
}

std::optional<PolicyIdentity> identify(const DocumentSnapshot& documents, const QString& file,
                                       const QString& path)
{
    std::optional<PolicyIdentity> found;
    visitPolicies(documents.documents, [&](const PolicyIdentity& identity, const PolicyEntry& policy) {
        if (identity.file == file && policy.place.path == path)
            found = identity;
    });
    return found;
}

std::optional<PolicyPlace> locate(const DocumentSnapshot& documents, const PolicyIdentity& identity,
                                  const PolicyCatalogue& catalogue)
{
    std::optional<PolicyPlace> found;
    visitPolicies(documents.documents, [&](const PolicyIdentity& candidate, const PolicyEntry& policy) {
        if (candidate == identity && !found)
            found = PolicyPlace{.identity = identity,
                                .entry = policy,
                                .stage = {},
                                .typeHelp = {},
                                .config = nullptr,
                                .path = policy.place.path,
                                .document = 0,
                                .firstLine = 0,
                                .lastLine = 0};
    });
    if (!found)
        return {};
    if (const PolicyTypeDescription* type = catalogue.find(found->entry.type)) {
        found->stage = type->stage;
        found->typeHelp = type->help;
        found->config = type->config;
    }
    const QByteArray text = documents.texts.value(identity.file);
    const std::optional<DocumentAt> document = documentAt(text, found->entry.place.line);
    const Node* node = document ? nodeAt(document->root, found->path) : nullptr;
    if (!node)
        return {};
    found->document = document->index;
    found->firstLine = node->start.line;
    found->lastLine = lastLineOf(text, *node);
    return found;
}

std::optional<QString> policyPathAt(const DocumentSnapshot& documents, const QString& file, int line)
{
    std::optional<QString> path;
    visitPolicies(documents.documents, [&](const PolicyIdentity& identity, const PolicyEntry& policy) {
        if (identity.file == file && policy.place.line == line)
            path = policy.place.path;
    });
    return path;
}

} // namespace postern
