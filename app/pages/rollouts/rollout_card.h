#pragma once

#include "app/workspace/commit_rollout.h"
#include "app/workspace/view_time.h"

#include <QWidget>

class QLabel;

namespace postern {

class Card;
class StageStrip;

/// One commit on its way: what it is, whom it is for, how far it has come. Owned by the rollouts page.
class RolloutCard final : public QWidget
{
    Q_OBJECT
public:
    explicit RolloutCard(QWidget* parent = nullptr);

    void showRollout(const CommitRollout& rollout, Clock::Wall now, ZoneChoice zone);

private:
    Card* m_card;
    StageStrip* m_strip;
    QLabel* m_words;
};

} // namespace postern
