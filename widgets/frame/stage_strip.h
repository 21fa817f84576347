#pragma once

#include <QList>
#include <QWidget>

namespace postern {

/// How far a change has come: edited, checked, committed, pushed, n of m, holds.
class StageStrip final : public QWidget
{
    Q_OBJECT
public:
    enum class Progress { Done, Running, Pending, Failed };
    struct Stage
    {
        QString text; ///< "committed", "2 of 3"
        Progress progress = Progress::Pending;
        QString detail; ///< tooltip: when, which commit, why not
    };

    explicit StageStrip(QWidget* parent = nullptr);
    void setStages(const QList<Stage>& stages);
    [[nodiscard]] const QList<Stage>& stages() const { return m_stages; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    /// One rectangle a stage, connectors between them; widths shrink to captions when room is short.
    [[nodiscard]] QList<QRectF> places() const;

    QList<Stage> m_stages;
};

} // namespace postern
