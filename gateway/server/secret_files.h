#pragma once

#include "gateway/tls/pem_file.h"
#include "models/base/result.h"
#include "models/schema/values.h"

namespace postern {

/// The folder that `--secrets` names: one folder a secret, in it one file a part, as Kubernetes mounts them.
/// Purpose: the one place that reads secrets. A value; any thread.
class SecretFiles
{
public:
    /// \a folder is empty where the command line names none.
    explicit SecretFiles(QString folder) : m_folder(std::move(folder)) {}

    /// Where \a secret's \a file lies, whether it is there or not; empty without a folder.
    [[nodiscard]] QString pathOf(const SecretReference& secret, const QString& file) const;
    /// An error names the file, and never says what is in it. At most 1 MiB.
    [[nodiscard]] Result<PemFile> read(const SecretReference& secret, const QString& file) const;
    /// Empty where there is no such file; a file that is there and empty is an error: somebody is writing it.
    [[nodiscard]] Result<PemFile> readIfThere(const SecretReference& secret, const QString& file) const;

private:
    QString m_folder;
};

} // namespace postern
