#pragma once

#include "models/base/result.h"

#include <QHash>
#include <QString>
#include <QStringList>

#include <vector>

namespace postern {

/// One `--name VALUE` or `--name` of a subcommand.
struct OptionDescription
{
    QString name;  ///< without the dashes
    QString value; ///< how usage names its value; empty: a flag
    QString help;  ///< one line
    bool required = false;
    bool repeatable = false;
    QStringList choices; ///< the values it takes; empty: any
};

/// How many positional arguments a subcommand takes, and what usage calls them.
struct PositionalDescription
{
    QString usage; ///< `PATH…`, `OLD NEW`; empty: none are taken
    int minimum = 0;
    int maximum = 0; ///< -1: any number
};

/// The arguments of one subcommand, checked against what it takes. A value.
class Arguments
{
public:
    /// `--name VALUE`, `--name=VALUE`, `--` before positional ones that begin with a dash. An error's message
    /// names the argument.
    static Result<Arguments> parse(const QStringList& words, const std::vector<OptionDescription>& options,
                                   const PositionalDescription& positional);

    [[nodiscard]] bool has(const QString& option) const { return m_values.contains(option); }
    /// The last one given.
    [[nodiscard]] QString value(const QString& option, const QString& otherwise = {}) const;
    [[nodiscard]] QStringList values(const QString& option) const { return m_values.value(option); }
    [[nodiscard]] const QStringList& positional() const { return m_positional; }

private:
    Result<void> takeOption(const QStringList& words, qsizetype& at,
                            const std::vector<OptionDescription>& options);
    [[nodiscard]] Result<void> checkComplete(const std::vector<OptionDescription>& options,
                                             const PositionalDescription& positional) const;

    QHash<QString, QStringList> m_values; ///< a flag has an empty list
    QStringList m_positional;
};

} // namespace postern
