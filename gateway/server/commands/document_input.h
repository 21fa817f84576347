#pragma once

#include "gateway/server/command.h"
#include "models/document/effective_document.h"

namespace postern {

/// What the commands over documents share: reading what stands at their paths, and telling what is wrong with
/// it.

/// Loads the documents at \a paths: files, folders, repositories. Complains and returns nothing where a path
/// can not be read or holds no document of ours.
[[nodiscard]] std::optional<LoadedDocuments> loadPaths(const QStringList& paths,
                                                       const CommandStreams& streams);

/// The effective document of \a api at \a paths. What is wrong goes to the error stream; \a status is the
/// exit status then.
struct EffectiveInput
{
    LoadedDocuments documents;
    std::optional<EffectiveDocument> effective;
    ExitStatus status = ExitStatus::Success;
};
[[nodiscard]] EffectiveInput loadEffective(const QStringList& paths, const QString& api,
                                           const CommandStreams& streams);

/// The option `--api NAMESPACE/NAME`.
[[nodiscard]] OptionDescription apiOption();
/// The option `--format`, its first choice being what is taken without it.
[[nodiscard]] OptionDescription formatOption(const QStringList& choices);

/// Findings as compilers write them, one a line.
void printFindings(const std::vector<Finding>& findings, QIODevice& to);
void printJson(const QJsonObject& object, const CommandStreams& streams);

} // namespace postern
