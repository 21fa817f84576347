#include "app/demo/story/hand.h"

#include <QCoreApplication>
#include <QKeyEvent>
#include <QMouseEvent>

namespace postern::demo {

namespace {

void press(QWidget* field, int key, Qt::KeyboardModifiers modifiers, const QString& text)
{
    for (const QEvent::Type type : {QEvent::KeyPress, QEvent::KeyRelease}) {
        QKeyEvent event(type, key, modifiers, text);
        QCoreApplication::sendEvent(field, &event);
    }
}

} // namespace

void typeOver(QWidget* field, const QString& text)
{
    press(field, Qt::Key_A, Qt::ControlModifier, QString());
    for (const QChar character : text)
        press(field, character == u'\n' ? int(Qt::Key_Return) : 0, Qt::NoModifier, character);
}

bool click(QWidget* button)
{
    if (!button->isEnabled() || !button->isVisible())
        return false;
    const QPointF at = QRectF(button->rect()).center();
    const QPointF global = button->mapToGlobal(at);
    QMouseEvent down(QEvent::MouseButtonPress, at, global, Qt::LeftButton, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(button, &down);
    QMouseEvent up(QEvent::MouseButtonRelease, at, global, Qt::LeftButton, Qt::NoButton, Qt::NoModifier);
    QCoreApplication::sendEvent(button, &up);
    return true;
}

} // namespace postern::demo
