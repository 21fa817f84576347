#pragma once

#include <QAbstractButton>

namespace postern {

/// What looks like a search field and opens the palette: words at the left, the keys at the right. Owned by
/// the top bar, UI thread.
class SearchButton final : public QAbstractButton
{
    Q_OBJECT
public:
    explicit SearchButton(QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override { return {210, 24}; }

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace postern
