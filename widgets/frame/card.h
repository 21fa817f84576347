#pragma once

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QVBoxLayout;

namespace postern {

/// A sheet of paper on the page: rounded, one hairline, an optional heading, and a column of contents.
class Card final : public QFrame
{
    Q_OBJECT
public:
    enum class Heading { Caption, Section }; ///< above one figure; above a table or text

    explicit Card(QWidget* parent = nullptr);
    Card(const QString& title, Heading heading, QWidget* parent = nullptr);

    void setTitle(const QString& title, Heading heading = Heading::Section);
    /// Muted words right after the title: unit, file, scope.
    void setSubtitle(const QString& subtitle);
    /// At the heading's right end; the card takes ownership.
    void addToHeading(QWidget* widget);
    /// Contents reach the card's edges (tables, editors); otherwise they keep space::card.
    void setFlush(bool flush);
    [[nodiscard]] QVBoxLayout* body() const { return m_body; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void arrange();

    QHBoxLayout* m_heading;
    QLabel* m_title;
    QLabel* m_subtitle;
    QVBoxLayout* m_body;
    bool m_flush = false;
};

} // namespace postern
