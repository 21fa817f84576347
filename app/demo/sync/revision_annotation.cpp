#include "app/demo/sync/revision_annotation.h"

#include <QJsonValue>

#include "models/document/yaml_edit.h"
#include "models/schema/document_path.h"

#include <QDir>
#include <QFile>

namespace postern::demo {

Result<QByteArray> withRevision(const QByteArray& text, const QString& revision)
{
    Result<YamlEdit> edit = YamlEdit::create(text);
    if (!edit)
        return failure(edit.error());
    const QString path = pathTo(QStringLiteral("metadata.annotations"), u"postern.dev/revision");
    if (Result<void> done = edit->setScalar(path, nodeFromJson(QJsonValue(revision))); !done)
        return failure(done.error());
    return edit->text();
}

Result<void> writeRevision(const QString& directory, const QString& revision)
{
    for (const QFileInfo& info : QDir(directory).entryInfoList({QStringLiteral("*.yaml")}, QDir::Files)) {
        QFile file(info.filePath());
        if (!file.open(QIODevice::ReadOnly))
            return failure(Error::invalid(file.errorString(), {.file = info.filePath(), .path = {}}));
        const QByteArray text = file.readAll();
        file.close();
        if (!text.contains("kind: ApiGateway"))
            continue;
        const Result<QByteArray> annotated = withRevision(text, revision);
        if (!annotated)
            return failure(annotated.error());
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) ||
            file.write(*annotated) != annotated->size())
            return failure(Error::invalid(file.errorString(), {.file = info.filePath(), .path = {}}));
        return {};
    }
    return failure(Error::invalid(QStringLiteral("There is no ApiGateway in %1").arg(directory)));
}

} // namespace postern::demo
