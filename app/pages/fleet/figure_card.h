#pragma once

#include "widgets/theme/tokens.h"

#include <QWidget>

#include <optional>

class QLabel;

namespace postern {

class Card;
class HeroFigure;

/// One headline figure of the fleet with a line of words under it. Owned by the fleet page, UI thread.
class FigureCard final : public QWidget
{
    Q_OBJECT
public:
    struct Reading
    {
        QString figure;
        QString unit;
        std::optional<State> state; ///< none: ink
        QString words;
        bool stale = false;
    };

    explicit FigureCard(const QString& title, QWidget* parent = nullptr);

    void showReading(const Reading& reading);

private:
    Card* m_card;
    HeroFigure* m_figure;
    QLabel* m_words;
};

} // namespace postern
