#pragma once

#include "models/base/result.h"

#include <QDateTime>
#include <QString>

namespace postern::demo {

/// A folder as the kubelet mounts a ConfigMap: the files lie in `..2026_11_24_02_10_01.123456789`, `..data`
/// links to it, and each visible file links to `..data/FILE`. A swap renames a new `..data` over the old one,
/// so a reader sees the old files or the new ones, never some of each.
class ConfigMapFolder
{
public:
    explicit ConfigMapFolder(const QString& directory) : m_directory(directory) {}

    /// Makes the regular files of \a source the contents. The folder before stays until the next swap: who
    /// read `..data` a moment ago may still open its files.
    Result<void> swap(const QString& source, const QDateTime& now) const;
    /// Where `..data` points; empty before the first swap.
    [[nodiscard]] QString current() const;

private:
    QString m_directory;
};

} // namespace postern::demo
