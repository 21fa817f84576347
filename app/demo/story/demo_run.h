#pragma once

#include "app/demo/platform/arguments.h"

class QApplication;

namespace postern::demo {

/// The console on a screen, on a Platform; its end is the demo's end. Blocks; the exit code.
int openConsole(const DemoArguments& arguments);
/// The story without a display. Blocks; the exit code: not 0 when a step failed.
int tellStory(QApplication& application, const DemoArguments& arguments);

} // namespace postern::demo
