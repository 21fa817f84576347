#pragma once

#include "widgets/theme/icon.h"
#include "widgets/theme/tokens.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace postern {

/// A state in words, in the middle of the page: icon, sentence, advice, details to copy, one button.
class Notice final : public QWidget
{
    Q_OBJECT
public:
    struct Words
    {
        Icon icon = Icon::Unknown;
        State state = State::Unknown;
        QString sentence;
        QString advice;
        QString details;
        QString action;
    };

    explicit Notice(QWidget* parent = nullptr);
    void say(const Words& words);

Q_SIGNALS:
    void actionTriggered();

protected:
    void changeEvent(QEvent* event) override;

private:
    void tint();

    Words m_words;
    QLabel* m_icon;
    QLabel* m_sentence;
    QLabel* m_advice;
    QPlainTextEdit* m_details;
    QPushButton* m_copy;
    QPushButton* m_action;
};

/// One line above contents that are old or incomplete.
class StateBanner final : public QWidget
{
    Q_OBJECT
public:
    explicit StateBanner(QWidget* parent = nullptr);
    void say(Icon icon, const QString& sentence);
    [[nodiscard]] QString text() const { return m_sentence; }
    [[nodiscard]] QSize sizeHint() const override { return {200, space::row}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Icon m_icon = Icon::Clock;
    QString m_sentence;
};

/// Rows of placeholder bars in the rhythm of a table.
class Skeleton final : public QWidget
{
    Q_OBJECT
public:
    explicit Skeleton(QWidget* parent = nullptr);
    void setRows(int rows);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int m_rows = 0;
};

} // namespace postern
