#include "gateway/server/arguments.h"

#include <algorithm>

namespace postern {

namespace {

Failure unusable(const QString& message) { return failure(Error::invalid(message)); }

} // namespace

Result<Arguments> Arguments::parse(const QStringList& words, const std::vector<OptionDescription>& options,
                                   const PositionalDescription& positional)
{
    Arguments result;
    bool onlyPositional = false;
    for (qsizetype at = 0; at < words.size(); ++at) {
        const QString& word = words[at];
        if (onlyPositional || word == u"-" || !word.startsWith(u'-')) {
            result.m_positional.append(word);
        } else if (word == u"--") {
            onlyPositional = true;
        } else if (const auto taken = result.takeOption(words, at, options); !taken) {
            return failure(taken.error());
        }
    }
    if (const auto complete = result.checkComplete(options, positional); !complete)
        return failure(complete.error());
    return result;
}

Result<void> Arguments::takeOption(const QStringList& words, qsizetype& at,
                                   const std::vector<OptionDescription>& options)
{
    const QString& word = words[at];
    const qsizetype equals = word.indexOf(u'=');
    const QString name = word.left(equals);
    const auto option = std::ranges::find_if(options, [&name](const OptionDescription& candidate) {
        return name == QStringLiteral("--") + candidate.name;
    });
    if (option == options.end())
        return unusable(QStringLiteral("unknown option %1").arg(name));
    if (m_values.contains(option->name) && !option->repeatable)
        return unusable(QStringLiteral("%1 is given twice").arg(name));
    QStringList& values = m_values[option->name];
    if (option->value.isEmpty()) {
        if (equals >= 0)
            return unusable(QStringLiteral("%1 takes no value").arg(name));
        return {};
    }
    if (equals < 0 && at + 1 >= words.size())
        return unusable(QStringLiteral("%1 needs a value: %1 %2").arg(name, option->value));
    const QString value = equals >= 0 ? word.mid(equals + 1) : words[++at];
    if (value.isEmpty())
        return unusable(QStringLiteral("%1 has an empty value").arg(name));
    if (!option->choices.isEmpty() && !option->choices.contains(value))
        return unusable(QStringLiteral("%1 %2: expected %3")
                            .arg(name, value, option->choices.join(QStringLiteral(", "))));
    values.append(value);
    return {};
}

Result<void> Arguments::checkComplete(const std::vector<OptionDescription>& options,
                                      const PositionalDescription& positional) const
{
    for (const OptionDescription& option : options)
        if (option.required && !has(option.name))
            return unusable(QStringLiteral("--%1 %2 is missing").arg(option.name, option.value));
    if (m_positional.size() < positional.minimum)
        return unusable(QStringLiteral("%1 is missing")
                            .arg(positional.usage.section(u' ', static_cast<int>(m_positional.size()))));
    if (positional.maximum >= 0 && m_positional.size() > positional.maximum)
        return unusable(QStringLiteral("unexpected argument %1").arg(m_positional[positional.maximum]));
    return {};
}

QString Arguments::value(const QString& option, const QString& otherwise) const
{
    const QStringList given = m_values.value(option);
    return given.isEmpty() ? otherwise : given.last();
}

} // namespace postern
