#include "app/pages/policy_editor/form_splice.h"

#include "models/schema/document_path.h"

namespace postern {

Result<void> putValue(YamlEdit& edit, const QString& path, const Node& value)
{
    // Only a scalar in a scalar's place keeps the quoting that stood there.
    const Node* there = nodeAt(edit.root(), path);
    if (value.isScalar() && (!there || there->isScalar()))
        return edit.setScalar(path, value);
    return edit.setValue(path, value);
}

} // namespace postern
