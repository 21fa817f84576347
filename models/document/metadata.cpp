#include "models/document/metadata.h"

namespace postern {

namespace {

Record<Metadata> nameRecord()
{
    return record<Metadata>("metadata", "Names the document, as Kubernetes does.")
        .field("name", &Metadata::name, "The object's name.")
        .required()
        .matching(text_rules::objectName())
        .field("labels", &Metadata::labels, "What baselines and people select by.")
        .items(0, 256)
        .field("annotations", &Metadata::annotations,
               "Notes for tools. `postern.dev/revision` is the Git commit, where the deployment tool fills "
               "it in.")
        .items(0, 256)
        .anyScalar()
        .multiline()
        .field("namespace", &Metadata::nameSpace, "The namespace the object belongs to.")
        .matching(text_rules::namespaceName());
}

} // namespace

QString Metadata::revision() const
{
    const QString* value = findValue(annotations, u"postern.dev/revision");
    return value ? *value : QString();
}

const Record<Metadata>& metadataRecord()
{
    static const auto instance = nameRecord().required();
    return instance;
}

const Record<Metadata>& baselineMetadataRecord()
{
    static const auto instance = nameRecord();
    return instance;
}

} // namespace postern
