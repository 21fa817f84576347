#pragma once

#include "widgets/theme/tokens.h"

#include <QAbstractButton>

#include <optional>

namespace postern {

/// A short word in a rounded frame, with a dot in a state's colour or without: "live", "as of 14:03:20",
/// "Prometheus away since 14:01", "Last 6 h". Clickable when something is connected to clicked().
class StatusPill final : public QAbstractButton
{
    Q_OBJECT
public:
    explicit StatusPill(QWidget* parent = nullptr);

    void setWord(const QString& word);
    /// With a dot; a state beside Good also colours the word.
    void setState(const QString& word, State state);
    /// Frame and word in a state's colour, without a dot: the stripe of a production environment.
    void setOutlined(const QString& word, State state);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void take(const QString& word, std::optional<State> dot, std::optional<State> outline);

    std::optional<State> m_dot;
    std::optional<State> m_outline;
};

} // namespace postern
