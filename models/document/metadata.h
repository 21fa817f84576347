#pragma once

#include "models/schema/record.h"

namespace postern {

/// Names an object as Kubernetes does.
struct Metadata
{
    QString name;
    QString nameSpace;
    TextMap labels;
    TextMap annotations;

    /// The Git commit, from the annotation `postern.dev/revision`; empty where nothing filled it in.
    [[nodiscard]] QString revision() const;
};

/// An ApiGateway's, whose namespace is required.
[[nodiscard]] const Record<Metadata>& metadataRecord();
/// A GatewayBaseline's, which may have none.
[[nodiscard]] const Record<Metadata>& baselineMetadataRecord();

} // namespace postern
