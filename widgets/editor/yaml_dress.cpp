#include "widgets/editor/yaml_dress.h"

#include "widgets/editor/scintilla.h"
#include "widgets/theme/tokens.h"

namespace postern {
namespace {

/// Scintilla reads sizes in points only.
QFont pointFont(const QsciScintilla& editor)
{
    QFont font = monospaceFont();
    font.setPointSizeF(font.pixelSize() * 72.0 / editor.logicalDpiY());
    return font;
}

void dressLexer(QsciLexer& lexer, const QFont& font, const Colours& c)
{
    lexer.setDefaultFont(font);
    lexer.setDefaultColor(c.ink);
    lexer.setDefaultPaper(c.card);
    lexer.setFont(font, -1);
    lexer.setColor(c.ink, -1);
    lexer.setPaper(c.card, -1);
    lexer.setColor(c.accent, QsciLexerYAML::Identifier); // keys
    lexer.setColor(c.muted, QsciLexerYAML::Comment);
    lexer.setColor(c.series[1], QsciLexerYAML::Keyword);
    lexer.setColor(c.ink, QsciLexerYAML::Number);
    lexer.setColor(c.series[3], QsciLexerYAML::Reference);
    lexer.setColor(c.muted, QsciLexerYAML::DocumentDelimiter);
    lexer.setColor(c.ink, QsciLexerYAML::TextBlockMarker);
    lexer.setColor(c.bad, QsciLexerYAML::SyntaxErrorMarker);
    lexer.setColor(c.muted, QsciLexerYAML::Operator);
}

void dressMargins(QsciScintilla& editor, const Colours& c)
{
    editor.setMarginsFont(pointFont(editor));
    editor.setMarginsForegroundColor(c.muted);
    editor.setMarginsBackgroundColor(c.card);
    editor.setMarginBackgroundColor(yaml_marks::findingMargin, c.card);
    // Scintilla draws images pixel by pixel, blurred at 2x; its own shapes are drawn at every ratio.
    const auto shape = [&](QsciScintilla::MarkerSymbol symbol, const QColor& tint, int mark) {
        editor.markerDefine(symbol, mark);
        editor.setMarkerBackgroundColor(tint, mark);
        editor.setMarkerForegroundColor(tint, mark);
    };
    shape(QsciScintilla::Circle, c.bad, yaml_marks::errorIcon);
    shape(QsciScintilla::RightTriangle, c.watch, yaml_marks::warningIcon);
}

void dressTints(QsciScintilla& editor, const Colours& c)
{
    editor.markerDefine(QsciScintilla::Background, yaml_marks::changedLine);
    editor.setMarkerBackgroundColor(c.changed, yaml_marks::changedLine);
    editor.markerDefine(QsciScintilla::Background, yaml_marks::currentObject);
    editor.setMarkerBackgroundColor(c.current, yaml_marks::currentObject);
    editor.indicatorDefine(QsciScintilla::SquiggleIndicator, yaml_marks::errorUnderline);
    editor.setIndicatorForegroundColor(c.bad, yaml_marks::errorUnderline);
    editor.indicatorDefine(QsciScintilla::SquiggleIndicator, yaml_marks::warningUnderline);
    editor.setIndicatorForegroundColor(c.watch, yaml_marks::warningUnderline);
    editor.setCaretForegroundColor(c.ink);
    editor.setSelectionBackgroundColor(c.accent);
    editor.setSelectionForegroundColor(c.onAccent);
    editor.setPaper(c.card);
    editor.setColor(c.ink);
}

} // namespace

void dressYaml(QsciScintilla& editor, const Colours& colours)
{
    dressLexer(*editor.lexer(), pointFont(editor), colours);
    dressTints(editor, colours);
    dressMargins(editor, colours);
}

} // namespace postern
