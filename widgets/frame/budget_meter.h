#pragma once

#include "widgets/theme/tokens.h"

#include <QWidget>

#include <optional>

class QLabel;

namespace postern {

class HeroFigure;
class ShareBar;

/// What the meter shows; the caller says it in words, the meter decides no figure.
struct BudgetReading
{
    std::optional<double> left; ///< 0 to 1; nothing: too few requests to judge
    State state = State::Unknown;
    QString sentence; ///< "gone in 3 h 20 min at this pace", "64 % left, 11 days to go"
    QString pace;     ///< "burn 48.2 (1 h) · 21.4 (6 h)"
    bool stale = false;
};

/// An error budget: the figure, a bar of what is left of 100 %, and the sentence that matters.
class BudgetMeter final : public QWidget
{
    Q_OBJECT
public:
    explicit BudgetMeter(QWidget* parent = nullptr);

    void setReading(const BudgetReading& reading);

protected:
    void changeEvent(QEvent* event) override;

private:
    void write();

    BudgetReading m_reading;
    HeroFigure* m_figure;
    ShareBar* m_bar;
    QLabel* m_words;
};

} // namespace postern
