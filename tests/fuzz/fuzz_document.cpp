// Documents as bytes: whatever they say, loading, checking and merging them ends, and what is written again
// from a document that loaded means the same.
#include "gateway/policies/catalogue.h"
#include "models/document/canonical_json.h"
#include "models/document/effective_json.h"
#include "models/document/semantic_diff.h"
#include "models/schema/yaml_reader.h"

#include <cstdlib>

using namespace postern;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// Places lie in the text, children within their parents.
void checkPlaces(const Node& node, const QByteArray& text)
{
    require(node.start.line >= 1 && node.start.column >= 1);
    require(node.start.offset >= 0 && node.start.offset <= node.end.offset && node.end.offset <= text.size());
    for (const Node& item : node.items) {
        require(item.start.offset >= node.start.offset && item.end.offset <= node.end.offset);
        checkPlaces(item, text);
    }
    for (const Node::Entry& entry : node.entries) {
        require(entry.key.isScalar());
        require(entry.key.end.offset <= entry.value.end.offset);
        checkPlaces(entry.key, text);
        checkPlaces(entry.value, text);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const QByteArray text(reinterpret_cast<const char*>(data), qsizetype(size));
    Findings findings;
    for (const Node& node : readYaml(text, findings))
        checkPlaces(node, text);
    require(findings.all().size() <= Findings::Maximum + 1);

    const QString file = QStringLiteral("a.yaml");
    const MemorySource source({{file, text}, {QStringLiteral("jwks.json"), "{}"}});
    const LoadedDocuments documents = loadDocuments({file}, source, policyCatalogue());
    const QDate today(2026, 6, 1);
    (void)checkDocuments(documents, policyCatalogue(), today);
    for (const QString& id : documents.apiIds()) {
        const EffectiveResult result = makeEffective(documents, id, policyCatalogue(), today);
        require(result.document.has_value() == result.findings.empty());
        if (!result.document)
            continue;
        require(diffEffective(*result.document, *result.document, policyCatalogue()).isEmpty());
        Findings again;
        require(readYaml(effectiveYaml(*result.document, policyCatalogue()), again).size() == 1);
        require(!again.hasErrors());
    }
    return 0;
}
