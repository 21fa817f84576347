#pragma once

#include "models/base/result.h"

#include <QStringList>

#include <optional>

namespace postern::demo {

/// What the demo was asked for.
struct DemoArguments
{
    std::optional<int> headless; ///< seconds that the story may take after start-up
    QString screenshots;         ///< a folder; empty: beside the programs
    QStringList console;         ///< passed on to the console: `--theme dark`

    static constexpr const char* usage =
        "usage: demo [--headless SECONDS] [--screenshots DIR] [--theme light|dark|system]\n";
    /// \a arguments without the program's name.
    static Result<DemoArguments> parse(const QStringList& arguments);
};

} // namespace postern::demo
