#pragma once

class QsciScintilla;

namespace postern {

struct Colours;

/// The numbers that YamlEditor and its dress agree on.
namespace yaml_marks {
inline constexpr int errorIcon = 1;
inline constexpr int warningIcon = 2;
inline constexpr int currentObject = 3;
inline constexpr int changedLine = 4; ///< higher: tints over the current object
inline constexpr int errorUnderline = 8;
inline constexpr int warningUnderline = 9;
inline constexpr int numberMargin = 0;
inline constexpr int findingMargin = 1;
} // namespace yaml_marks

/// Gives an editor with a QsciLexerYAML the colours, fonts, margins and markers of the tokens.
void dressYaml(QsciScintilla& editor, const Colours& colours);

} // namespace postern
