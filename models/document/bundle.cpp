#include "models/document/bundle.h"

#include "models/document/named_files.h"
#include "models/document/yaml_edit.h"
#include "models/schema/yaml_reader.h"

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 largestDocument = 1024 * 1024;

/// A name that a ConfigMap's key may have.
QString flatName(const QString& path)
{
    QString name;
    for (const QChar c : path)
        name += c.unicode() < 0x80 && (c.isLetterOrNumber() || c == u'.' || c == u'_') ? c : u'-';
    while (name.startsWith(u'.'))
        name.remove(0, 1);
    return name.isEmpty() ? u"file"_s : name;
}

QString withDigest(const QString& name, const QString& digest)
{
    const qsizetype dot = name.lastIndexOf(u'.');
    const QString mark = u'-' + digest.left(12);
    return dot <= 0 ? name + mark : name.left(dot) + mark + name.mid(dot);
}

/// One bundle.
class Bundler
{
public:
    Bundler(const DocumentSource& source, const PolicyCatalogue& catalogue)
        : m_source(source), m_catalogue(catalogue)
    {}

    template<typename D>
    Result<void> add(const QString& name, const Loaded<D>& loaded,
                     const std::vector<const std::vector<PolicyEntry>*>& policies);
    void reserve(const QString& name) { m_bundle.emplace(name, QByteArray()); }
    [[nodiscard]] Bundle take() { return std::move(m_bundle); }

private:
    [[nodiscard]] Result<QByteArray> textOf(const QString& file, const Node& root) const;
    QString place(const NamedFile& file);

    const DocumentSource& m_source;
    const PolicyCatalogue& m_catalogue;
    Bundle m_bundle;
};

/// The document's text: the whole file where nothing else stands in it.
Result<QByteArray> Bundler::textOf(const QString& file, const Node& root) const
{
    auto text = m_source.read(file, largestDocument);
    if (!text)
        return failure(text.error());
    Findings findings(file);
    if (readYaml(*text, findings).size() == 1)
        return *text;
    const qsizetype line = text->lastIndexOf('\n', std::max<qsizetype>(0, root.start.offset - 1)) + 1;
    const qsizetype start = root.style == Node::Style::Flow ? root.start.offset : line;
    QByteArray slice = text->mid(start, root.end.offset - start);
    if (!slice.endsWith('\n'))
        slice += '\n';
    return slice;
}

/// The name under which a file lies in the bundle: its own where that is free or the same file has it.
QString Bundler::place(const NamedFile& file)
{
    QString name = flatName(file.path);
    if (const auto at = m_bundle.find(name); at != m_bundle.end() && at->second != file.contents)
        name = withDigest(name, file.digest);
    m_bundle[name] = file.contents;
    return name;
}

template<typename D>
Result<void> Bundler::add(const QString& name, const Loaded<D>& loaded,
                          const std::vector<const std::vector<PolicyEntry>*>& policies)
{
    const auto text = textOf(loaded.file, loaded.root);
    if (!text)
        return failure(text.error());
    auto edit = YamlEdit::create(*text);
    if (!edit)
        return failure(edit.error());
    Result<void> edited;
    const auto visit = [&](const QString& path, const QString& at) {
        const auto file = std::find_if(loaded.files.begin(), loaded.files.end(),
                                       [&](const NamedFile& named) { return named.path == path; });
        if (file == loaded.files.end() || !edited)
            return path;
        if (const QString flat = place(*file); flat != path)
            edited = edit->setScalar(at, Node::scalar(flat));
        return path;
    };
    for (const auto* list : policies)
        for (const PolicyEntry& policy : *list) {
            const PolicyTypeDescription* type = m_catalogue.find(policy.type);
            if (!type || !type->config || !policy.config)
                continue;
            Findings ignored; // the document is usable
            const QString path = pathTo(policy.place.path, u"config");
            (void)mapFiles(*type->config, type->config->normalised(*policy.config, path, ignored), path,
                           visit);
        }
    if (!edited)
        return edited;
    m_bundle[name] = edit->text();
    return {};
}

Result<void> sameHash(const Bundle& bundle, const EffectiveDocument& effective,
                      const PolicyCatalogue& catalogue)
{
    QStringList names;
    QHash<QString, QByteArray> files;
    for (const auto& [name, contents] : bundle) {
        files.insert(name, contents);
        if (name.endsWith(u".yaml"_s) || name.endsWith(u".yml"_s))
            names << name;
    }
    const LoadedDocuments documents = loadDocuments(names, MemorySource(files), catalogue);
    const EffectiveResult again = makeEffective(documents, effective.id, catalogue, QDate());
    if (again.document && again.document->hash == effective.hash && documents.apis.size() == 1)
        return {};
    const QString why = !documents.findings.empty() ? documents.findings.front().text()
                        : !again.findings.empty()   ? again.findings.front().text()
                                                    : u"its hash differs"_s;
    return failure(Error::environment(Error::Kind::Conflict,
                                      u"the bundle would not say what the repository says: %1"_s.arg(why)));
}

} // namespace

Result<Bundle> makeBundle(const LoadedDocuments& documents, const EffectiveDocument& effective,
                          const DocumentSource& source, const PolicyCatalogue& catalogue)
{
    const Loaded<ApiGateway>* api = documents.api(effective.id);
    if (!api)
        return failure(Error::invalid(u"there is no ApiGateway %1"_s.arg(effective.id)));
    Bundler bundler(source, catalogue);
    std::vector<const Loaded<GatewayBaseline>*> baselines;
    const auto fileName = [](const auto* baseline) {
        return u"baseline-"_s + baseline->document.metadata.name + u".yaml"_s;
    };
    for (const auto& baseline : documents.baselines)
        if (effective.baselines.contains(baseline.document.metadata.name))
            baselines.push_back(&baseline);
    // Documents' names first, so that no named file takes one.
    bundler.reserve(u"gateway.yaml"_s);
    for (const auto* baseline : baselines)
        bundler.reserve(fileName(baseline));

    std::vector<const std::vector<PolicyEntry>*> lists{&api->document.spec.policies};
    for (const Route& route : api->document.spec.routes)
        lists.push_back(&route.policies);
    Result<void> added = bundler.add(u"gateway.yaml"_s, *api, lists);
    for (const auto* baseline : baselines)
        if (added)
            added = bundler.add(fileName(baseline), *baseline, {&baseline->document.spec.policies});
    if (!added)
        return failure(added.error());
    Bundle bundle = bundler.take();
    if (const auto same = sameHash(bundle, effective, catalogue); !same)
        return failure(same.error());
    return bundle;
}

} // namespace postern
