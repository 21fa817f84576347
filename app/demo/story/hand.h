#pragma once

#include <QString>
#include <QWidget>

namespace postern::demo {

/// What a user's hands do: events go to the widgets by the way that real ones take.
void typeOver(QWidget* field, const QString& text);
/// False when the button cannot be clicked now.
bool click(QWidget* button);

} // namespace postern::demo
