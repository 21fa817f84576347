#pragma once

#include "app/workspace/view_time.h"
#include "models/fleet/source_state.h"

#include <QWidget>

class QGridLayout;
class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace postern {

class Card;
class StatusPill;

/// One source: where it is, how it is and since when, what failed last and what to try. Owned by the sources
/// page, UI thread.
class SourceCard final : public QWidget
{
    Q_OBJECT
public:
    explicit SourceCard(QWidget* parent = nullptr);

    void showSource(const SourceState& source, const QString& address, Clock::Wall now, ZoneChoice zone);

private:
    void copy();

    Card* m_card;
    StatusPill* m_state;
    QLabel* m_address;
    QLabel* m_answer;
    QLabel* m_failure;
    QLabel* m_advice;
    QLabel* m_details;
    QPushButton* m_copy;
};

} // namespace postern
