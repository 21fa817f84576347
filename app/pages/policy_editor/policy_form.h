#pragma once

#include "app/workspace/policy_place.h"

#include <QWidget>

class QLabel;
class QScrollArea;

namespace postern {

class Card;
class RecordForm;
class SegmentedControl;

/// The form of one policy: its mode and its configuration, made from the field table. Says what the user
/// wants as changes of the document; the document is the truth. Owned by the editor page, UI thread.
class PolicyForm final : public QWidget
{
    Q_OBJECT
public:
    explicit PolicyForm(QWidget* parent = nullptr);

    void showPolicy(const PolicyPlace& place, const std::vector<Finding>& findings);
    /// In place of the form, e.g. while the text is not YAML.
    void showWords(const QString& words);
    /// Moves the keyboard to the field of the configuration.
    bool focusField(const QString& path);

Q_SIGNALS:
    /// Paths from the policy's own: `mode`, `config.limit`.
    void valueChanged(const QString& path, const postern::Node& value);
    void itemInserted(const QString& path, qsizetype index, const postern::Node& item);
    void valueRemoved(const QString& path);

private:
    void makeForm(const RecordDescription* config);
    void showFindings(const PolicyPlace& place, const std::vector<Finding>& findings);

    Card* m_card;
    SegmentedControl* m_mode;
    QWidget* m_modeRow;
    QScrollArea* m_scroll;
    QLabel* m_words;
    RecordForm* m_form = nullptr;
    const RecordDescription* m_config = nullptr;
};

} // namespace postern
