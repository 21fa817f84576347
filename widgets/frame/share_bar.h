#pragma once

#include "widgets/theme/tokens.h"

#include <QWidget>

#include <optional>

namespace postern {

/// Paints a rounded track with the part \a share (0 to 1) filled in the state's colour; nothing is filled
/// when the share is unknown. Also what the budget column paints.
void paintShareBar(QPainter& painter, const QRectF& rect, std::optional<double> share, const QColor& fill,
                   const QColor& track);

/// What is left of a whole. Its accessible value is the percentage in words.
class ShareBar final : public QWidget
{
    Q_OBJECT
public:
    explicit ShareBar(QWidget* parent = nullptr);

    void setShare(std::optional<double> share, State state);
    [[nodiscard]] std::optional<double> share() const { return m_share; }
    [[nodiscard]] QSize sizeHint() const override { return {120, 8}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::optional<double> m_share;
    State m_state = State::Unknown;
};

} // namespace postern
