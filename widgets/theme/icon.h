#pragma once

#include <QColor>
#include <QIcon>
#include <QPixmap>
#include <QRectF>

class QPainter;

namespace postern {

enum class State;

/// The console's icons: drawn on a grid of 16, tinted at paint time, crisp at every device pixel ratio.
enum class Icon {
    Logo,
    Fleet,
    Policies,
    Try,
    Rollouts,
    Incidents,
    Sources,
    Settings,
    Search,
    Good,
    Watch,
    Bad,
    Unknown,
    ChevronRight,
    ChevronDown,
    ChevronLeft,
    ChevronUp,
    Close,
    Refresh,
    Sun,
    Moon,
    Copy,
    Filter,
    SortUp,
    SortDown,
    Flag,
    Commit,
    Branch,
    Push,
    Pin,
    Edit,
    Undo,
    Redo,
    Plus,
    Minus,
    Check,
    Clock,
    Columns,
    Export,
    Lock,
    Collapse,
    Expand,
    External,
    Stop
};

QPixmap iconPixmap(Icon icon, const QColor& colour, int size, qreal devicePixelRatio);
/// Paints into \a rect, whose height is the icon's size.
void paintIcon(QPainter& painter, const QRectF& rect, Icon icon, const QColor& colour);
/// For buttons and actions: ink of the palette in force when it is painted, muted when disabled.
QIcon themedIcon(Icon icon);
Icon iconOf(State state);

} // namespace postern
