#pragma once

#include "models/schema/field_description.h"
#include "models/schema/node.h"

namespace postern {

/// A field's name as a label: `keyHeader` → "Key header".
QString fieldLabel(const QString& name);

/// What stands muted inside the field, at its end: the unit, else the range ("1s … 30d", "≥ 1").
QString fieldHint(const FieldDescription& field);

/// The default as a document would write it; empty: there is none.
QString fieldDefault(const FieldDescription& field);

/// Name, help, what is accepted, default: the tooltip of label and editor.
QString fieldTooltip(const FieldDescription& field);

/// \a text as the scalar that a document would write for the field: quoted where a plain one would be read as
/// something else than text.
Node scalarFor(const FieldDescription& field, const QString& text);

/// The least that may stand for a new item or value of the field: its default, first choice or minimum.
Node emptyValue(const FieldDescription& field);

} // namespace postern
