#include "app/demo/platform/arguments.h"

namespace postern::demo {

Result<DemoArguments> DemoArguments::parse(const QStringList& arguments)
{
    constexpr int leastSeconds = 10;
    DemoArguments parsed;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString& name = arguments[i];
        if (i + 1 == arguments.size())
            return failure(Error::invalid(QStringLiteral("%1: unknown, or its value is missing").arg(name)));
        const QString& value = arguments[++i];
        if (name == QLatin1String("--headless")) {
            bool known = false;
            const int seconds = value.toInt(&known);
            if (!known || seconds < leastSeconds)
                return failure(
                    Error::invalid(QStringLiteral("--headless %1: at least %2 whole seconds are expected")
                                       .arg(value)
                                       .arg(leastSeconds)));
            parsed.headless = seconds;
        } else if (name == QLatin1String("--screenshots")) {
            parsed.screenshots = value;
        } else if (name == QLatin1String("--theme")) {
            parsed.console << name << value;
        } else {
            return failure(Error::invalid(QStringLiteral("%1: unknown").arg(name)));
        }
    }
    return parsed;
}

} // namespace postern::demo
