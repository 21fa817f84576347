#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace postern {

/// The running operation at the window's foot, with its progress and a way to cancel. Hidden when none runs.
class OperationBar final : public QWidget
{
    Q_OBJECT
public:
    enum class Cancel { Possible, Impossible };

    explicit OperationBar(QWidget* parent = nullptr);

    /// \a what says it in words: "Pushing 9f3c1a2 to main".
    void begin(const QString& what, Cancel cancel);
    /// Out of \a total; a total of 0 means that the end is not known.
    void setProgress(int done, int total);
    void end();

Q_SIGNALS:
    void cancelled();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* m_what;
    QProgressBar* m_progress;
    QPushButton* m_cancel;
};

} // namespace postern
