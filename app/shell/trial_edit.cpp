#include "app/shell/trial_edit.h"

#include "app/workspace/document_library.h"
#include "app/workspace/edit_desk.h"
#include "app/workspace/policy_place.h"
#include "app/workspace/workspace.h"
#include "models/document/yaml_edit.h"

namespace postern {
namespace {

Result<void> change(YamlEdit& edit, const PolicyPlace& place)
{
    const Node* limit = place.entry.config ? place.entry.config->find(u"limit") : nullptr;
    const int half = limit ? limit->text.toInt() / 2 : 0;
    if (half > 0)
        return edit.setScalar(place.path + QStringLiteral(".config.limit"),
                              Node::scalar(QString::number(half)));
    return edit.setScalar(place.path + QStringLiteral(".mode"), Node::scalar(QStringLiteral("shadow")));
}

} // namespace

EditSession* beginTrialEdit(Workspace& workspace, const Location& location)
{
    const DocumentSnapshotPtr documents = workspace.documents() ? workspace.documents()->snapshot() : nullptr;
    const auto identity = documents ? identify(*documents, location.file, location.path) : std::nullopt;
    const auto place = identity ? locate(*documents, *identity, workspace.catalogue()) : std::nullopt;
    EditSession* session = place ? workspace.edits()->open(location.file) : nullptr;
    if (!session || session->isEdited())
        return nullptr;
    const Result<void> done =
        session->splice(place->document, [&](YamlEdit& edit) { return change(edit, *place); });
    return done ? session : nullptr;
}

} // namespace postern
