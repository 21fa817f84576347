#pragma once

#include "widgets/theme/tokens.h"

#include <QWidget>

namespace postern {

/// The one large figure of a card: `71 %`, `124 of 128`. Colour only when it means a state.
class HeroFigure final : public QWidget
{
    Q_OBJECT
public:
    explicit HeroFigure(QWidget* parent = nullptr);

    /// \a unit stands after the figure in body size. Without a state the figure is ink.
    void setFigure(const QString& figure, const QString& unit);
    void setFigure(const QString& figure, const QString& unit, State state);
    /// An old figure is muted, whatever its state.
    void setStale(bool stale);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void take(const QString& figure, const QString& unit);

    QString m_figure;
    QString m_unit;
    bool m_coloured = false;
    State m_state = State::Unknown;
    bool m_stale = false;
};

} // namespace postern
