#include "models/document/load_documents.h"

#include "models/document/api_version.h"
#include "models/document/gateway_checks.h"
#include "models/document/policy_checks.h"
#include "models/schema/yaml_reader.h"

#include <QHash>

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

/// Larger files are not even looked into for whether they are documents.
constexpr qint64 largestLook = 64 * 1024 * 1024;

/// Whether a text can hold a document of ours. A repository has other YAML, some of it no YAML at all
/// (templates), and a broken file of somebody else's is not ours to report.
bool mayHoldDocuments(const QByteArray& text)
{
    return text.contains("postern.dev/") || text.contains("ApiGateway") || text.contains("GatewayBaseline");
}

/// Loads one file after the other into one result.
class Loader
{
public:
    Loader(const DocumentSource& source, const PolicyCatalogue& catalogue)
        : m_source(source), m_catalogue(catalogue)
    {}

    void load(const QString& file)
    {
        Findings findings(file);
        m_yamlIsSound = true;
        const auto text = m_source.read(file, largestLook);
        if (!text) {
            m_yamlIsSound = false;
            findings.add({Finding::Severity::Error,
                          u"unreadable-file"_s,
                          {.file = file, .line = 1, .column = 1, .path = {}},
                          text.error().message,
                          u"a file that can be read"_s});
        } else if (mayHoldDocuments(*text)) {
            takeAll(readYaml(*text, findings), findings);
        }
        // What was not read whole may have held what governs others.
        if (!m_yamlIsSound && (!text || text->contains("GatewayBaseline")))
            m_result.unread << file;
        auto found = findings.take();
        std::move(found.begin(), found.end(), std::back_inserter(m_result.findings));
    }

    LoadedDocuments finish()
    {
        for (auto& loaded : m_result.apis)
            once(u"duplicate-api"_s, loaded.document.id(), loaded);
        for (auto& loaded : m_result.baselines)
            once(u"duplicate-baseline"_s, loaded.document.metadata.name, loaded);
        sortByPlace(m_result.findings);
        return std::move(m_result);
    }

private:
    void takeAll(const std::vector<Node>& roots, Findings& findings)
    {
        // What is wrong with the YAML may be wrong in any of the file's documents.
        m_yamlIsSound = !findings.hasErrors();
        for (const Node& root : roots)
            take(root, findings);
    }

    void take(const Node& root, Findings& findings)
    {
        const Node* kind = root.find(u"kind");
        if (!kind || !kind->isScalar())
            return;
        if (kind->text == QStringView(gatewayKind))
            takeGateway(root, findings);
        else if (kind->text == QStringView(baselineKind))
            takeBaseline(root, findings);
        else
            warnOfKind(root, *kind, findings);
    }

    /// Other kinds are skipped, but one under our own group is likely a slip.
    static void warnOfKind(const Node& root, const Node& kind, Findings& findings)
    {
        const Node* version = root.find(u"apiVersion");
        if (version && version->text.startsWith(QStringView(apiGroup)))
            findings.warning(u"unknown-kind"_s, kind, u"kind"_s, quoted(kind.text),
                             u"ApiGateway or GatewayBaseline; the document is skipped"_s);
    }

    void takeGateway(const Node& root, Findings& findings)
    {
        const std::size_t before = findings.errors();
        Loaded<ApiGateway> loaded{
            apiGatewayRecord().parse(root, {}, findings), findings.file(), {}, root, true};
        const GatewaySpec& spec = loaded.document.spec;
        checkGateway(loaded.document, root, findings);
        PolicyChecker policies(root, m_source, m_catalogue, findings);
        policies.check(spec.policies, u"spec.policies"_s);
        for (std::size_t i = 0; i < spec.routes.size(); ++i)
            policies.check(spec.routes[i].policies, pathTo(u"spec.routes"_s, qsizetype(i)) + u".policies"_s);
        loaded.files = policies.takeFiles();
        loaded.usable = m_yamlIsSound && findings.errors() == before;
        m_result.apis.push_back(std::move(loaded));
    }

    void takeBaseline(const Node& root, Findings& findings)
    {
        const std::size_t before = findings.errors();
        Loaded<GatewayBaseline> loaded{
            gatewayBaselineRecord().parse(root, {}, findings), findings.file(), {}, root, true};
        checkBaseline(loaded.document, root, findings);
        PolicyChecker policies(root, m_source, m_catalogue, findings);
        policies.check(loaded.document.spec.policies, u"spec.policies"_s);
        const auto& requirements = loaded.document.spec.requirements;
        for (std::size_t i = 0; i < requirements.size(); ++i)
            checkRequiredTypes(requirements[i], pathTo(u"spec.requirements"_s, qsizetype(i)), policies);
        loaded.files = policies.takeFiles();
        loaded.usable = m_yamlIsSound && findings.errors() == before;
        m_result.baselines.push_back(std::move(loaded));
    }

    static void checkRequiredTypes(const Requirement& requirement, const QString& path,
                                   PolicyChecker& policies)
    {
        if (requirement.everyRoute)
            for (std::size_t i = 0; i < requirement.everyRoute->anyOf.size(); ++i)
                policies.checkType(requirement.everyRoute->anyOf[i],
                                   pathTo(path + u".everyRoute.anyOf"_s, qsizetype(i)));
        if (requirement.api && !requirement.api->policy.isEmpty())
            policies.checkType(requirement.api->policy, path + u".api.policy"_s);
    }

    /// Nobody can tell which of two is meant, so neither is usable.
    template<typename D>
    void once(const QString& rule, const QString& name, Loaded<D>& loaded)
    {
        const QString key = rule + u' ' + name;
        const auto first = m_names.constFind(key);
        if (loaded.document.metadata.name.isEmpty())
            return;
        if (first == m_names.constEnd()) {
            m_names.insert(key, {loaded.document.place, &loaded.usable});
            return;
        }
        Place at = loaded.document.place;
        at.path = u"metadata.name"_s;
        m_result.findings.push_back({Finding::Severity::Error, rule, at, name,
                                     u"one document of this name; %1 has it"_s.arg(first->place.text())});
        loaded.usable = *first->usable = false;
    }

    struct Named
    {
        Place place;
        bool* usable;
    };
    const DocumentSource& m_source;
    const PolicyCatalogue& m_catalogue;
    LoadedDocuments m_result;
    bool m_yamlIsSound = true;
    QHash<QString, Named> m_names;
};

} // namespace

const Loaded<ApiGateway>* LoadedDocuments::api(QStringView id) const
{
    const auto at = std::find_if(apis.begin(), apis.end(),
                                 [&](const auto& loaded) { return loaded.document.id() == id; });
    return at == apis.end() ? nullptr : &*at;
}

QStringList LoadedDocuments::apiIds() const
{
    QStringList ids;
    for (const auto& loaded : apis)
        ids << loaded.document.id();
    ids.removeDuplicates();
    return ids;
}

LoadedDocuments loadDocuments(const QStringList& files, const DocumentSource& source,
                              const PolicyCatalogue& catalogue)
{
    Loader loader(source, catalogue);
    for (const QString& file : files)
        loader.load(file);
    return loader.finish();
}

} // namespace postern
