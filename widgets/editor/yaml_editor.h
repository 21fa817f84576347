#pragma once

#include "widgets/editor/text_finding.h"

#include <QList>
#include <QWidget>

class QsciScintilla;

namespace postern {

class FindBar;

/// YAML as text: coloured from the tokens, line numbers, findings in the margin and under the words with
/// their messages, lines that differ from the original tinted, the object being edited tinted. Ctrl+F finds,
/// F3 repeats. Nothing here parses or blocks: findings and ranges are given from outside. UI thread.
class YamlEditor final : public QWidget
{
    Q_OBJECT
public:
    explicit YamlEditor(QWidget* parent = nullptr);
    ~YamlEditor() override;

    /// Replaces the text without textEdited(); cursor and undo history stay where they can: only the lines
    /// that differ are replaced, as one undo step. The first of them comes into view.
    void setText(const QString& text);
    [[nodiscard]] QString text() const;
    /// A new document: also clears the undo history and makes \a text the original.
    void openText(const QString& text);
    /// Lines that differ from it are tinted.
    void setOriginal(const QString& original);
    [[nodiscard]] QList<int> changedLines() const; ///< from 1

    void setFindings(const QList<TextFinding>& findings);
    /// Tints lines \a first to \a last (from 1); 0, 0: none.
    void setCurrentObject(int first, int last);
    void reveal(int line, int column = 1);
    void setReadOnly(bool readOnly);
    [[nodiscard]] bool isReadOnly() const;
    void undo();
    void redo();
    void showFind();

Q_SIGNALS:
    /// The user typed; not emitted by setText().
    void textEdited(const QString& text);
    void cursorMoved(int line, int column); ///< from 1

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void behave();
    void wire();
    void dress();
    void markChanged();
    void markFindings();
    void markObject();
    [[nodiscard]] int replaceMiddle(const QByteArray& text);
    void scrollTo(int line); ///< from 0
    [[nodiscard]] QString findingsAt(int line) const;

    QsciScintilla* m_editor;
    FindBar* m_find;
    QString m_original;
    QList<TextFinding> m_findings;
    QList<int> m_changed;
    int m_currentFirst = 0;
    int m_currentLast = 0;
    bool m_setting = false;
};

} // namespace postern
