#include "models/schema/scalars.h"

#include "models/schema/document_path.h"
#include "models/schema/units.h"

#include <QRegularExpression>
#include <QSet>

#include <algorithm>
#include <cmath>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

void wrongType(const FieldDescription& field, const Node& node, const QString& path, Findings& findings)
{
    findings.error(u"wrong-type"_s, node, path, describe(node), field.expectation());
}

bool isInRange(const FieldDescription& field, double value)
{
    return (!field.minimum || value >= *field.minimum) && (!field.maximum || value <= *field.maximum);
}

bool acceptsRange(const FieldDescription& field, double value, const Node& node, const QString& path,
                  Findings& findings)
{
    if (isInRange(field, value))
        return true;
    findings.error(u"out-of-range"_s, node, path, describe(node), field.expectation());
    return false;
}

/// What YAML 1.2's core schema reads as no text: other tools (the Kubernetes API among them) would see a
/// number or a boolean there, so a text like this must be quoted.
bool readsAsNoText(const QString& text)
{
    static const QRegularExpression pattern(
        u"^([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"
        "|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)|true|True|TRUE|false|False|FALSE)$"_s);
    return pattern.match(text).hasMatch();
}

bool isControl(QChar c, bool multiline)
{
    if (multiline && (c == u'\n' || c == u'\t'))
        return false;
    return c < u' ' || c == u'\x7f' || (c >= u'\x80' && c < u'\xa0');
}

/// The text of a plain scalar that is to be a value other than text; quoted ones are texts.
const QString* plainText(const FieldDescription& field, const Node& node, const QString& path,
                         Findings& findings)
{
    if (node.isPlain())
        return &node.text;
    wrongType(field, node, path, findings);
    return nullptr;
}

/// A text that other rules will judge: any scalar that YAML reads as text.
const QString* textOf(const FieldDescription& field, const Node& node, const QString& path,
                      Findings& findings)
{
    if (!node.isScalar()) {
        wrongType(field, node, path, findings);
        return nullptr;
    }
    if (node.isPlain() && !field.anyScalar && readsAsNoText(node.text)) {
        findings.error(
            u"wrong-type"_s, node, path, describe(node),
            u"%1; in quotes where it is meant as text: \"%2\""_s.arg(field.expectation(), node.text));
        return nullptr;
    }
    return &node.text;
}

} // namespace

std::optional<bool> readBoolean(const FieldDescription& field, const Node& node, const QString& path,
                                Findings& findings)
{
    const QString* text = plainText(field, node, path, findings);
    if (!text)
        return std::nullopt;
    if (*text == "true"_L1)
        return true;
    if (*text == "false"_L1)
        return false;
    wrongType(field, node, path, findings);
    return std::nullopt;
}

std::optional<qint64> readInteger(const FieldDescription& field, const Node& node, const QString& path,
                                  Findings& findings)
{
    static const QRegularExpression pattern(u"^-?(0|[1-9][0-9]{0,15})$"_s);
    const QString* text = plainText(field, node, path, findings);
    if (!text)
        return std::nullopt;
    if (!pattern.match(*text).hasMatch()) {
        wrongType(field, node, path, findings);
        return std::nullopt;
    }
    const qint64 value = text->toLongLong();
    // Past 2^53 a JSON number is no longer exact, and the hash stands on JSON.
    if (std::abs(value) > (1LL << 53)) {
        findings.error(u"out-of-range"_s, node, path, describe(node), field.expectation());
        return std::nullopt;
    }
    return acceptsRange(field, double(value), node, path, findings) ? std::optional(value) : std::nullopt;
}

std::optional<double> readNumber(const FieldDescription& field, const Node& node, const QString& path,
                                 Findings& findings)
{
    static const QRegularExpression pattern(u"^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$"_s);
    const QString* text = plainText(field, node, path, findings);
    if (!text)
        return std::nullopt;
    const double value = text->toDouble();
    if (!pattern.match(*text).hasMatch() || !std::isfinite(value)) {
        wrongType(field, node, path, findings);
        return std::nullopt;
    }
    return acceptsRange(field, value, node, path, findings) ? std::optional(value) : std::nullopt;
}

std::optional<QString> readText(const FieldDescription& field, const Node& node, const QString& path,
                                Findings& findings)
{
    const QString* text = textOf(field, node, path, findings);
    if (!text)
        return std::nullopt;
    if (std::any_of(text->begin(), text->end(), [&](QChar c) { return isControl(c, field.multiline); })) {
        findings.error(u"control-character"_s, node, path, describe(node),
                       u"text without control characters"_s);
        return std::nullopt;
    }
    if (field.textRule && !field.textRule->accepts(*text)) {
        findings.error(field.textRule->rule, node, path, describe(node), field.expectation());
        return std::nullopt;
    }
    return acceptsRange(field, double(text->size()), node, path, findings) ? std::optional(*text)
                                                                           : std::nullopt;
}

std::optional<std::chrono::milliseconds> readDuration(const FieldDescription& field, const Node& node,
                                                      const QString& path, Findings& findings)
{
    const auto value = node.isScalar() ? parseDuration(node.text) : std::nullopt;
    if (!value) {
        findings.error(node.isScalar() ? u"invalid-duration"_s : u"wrong-type"_s, node, path, describe(node),
                       field.expectation());
        return std::nullopt;
    }
    return acceptsRange(field, double(value->count()), node, path, findings) ? value : std::nullopt;
}

std::optional<Bytes> readBytes(const FieldDescription& field, const Node& node, const QString& path,
                               Findings& findings)
{
    const auto value = node.isScalar() ? parseBytes(node.text) : std::nullopt;
    if (!value) {
        findings.error(node.isScalar() ? u"invalid-size"_s : u"wrong-type"_s, node, path, describe(node),
                       field.expectation());
        return std::nullopt;
    }
    return acceptsRange(field, double(value->count), node, path, findings) ? value : std::nullopt;
}

std::optional<std::size_t> readChoice(const FieldDescription& field, const Node& node, const QString& path,
                                      Findings& findings)
{
    if (!node.isScalar()) {
        wrongType(field, node, path, findings);
        return std::nullopt;
    }
    // Plain `1.2` is a number to other tools, so that even a choice must be quoted then.
    const QString* text = textOf(field, node, path, findings);
    if (!text)
        return std::nullopt;
    const auto at = std::find_if(field.choices.begin(), field.choices.end(),
                                 [&](const auto& choice) { return choice.name == *text; });
    if (at == field.choices.end()) {
        const QString near = nearestOf(*text, field.choiceNames());
        const QString hint = near.isEmpty() ? QString() : u"; did you mean %1"_s.arg(near);
        findings.error(u"unknown-choice"_s, node, path, describe(node), field.expectation() + hint);
        return std::nullopt;
    }
    if (!at->built) {
        findings.error(u"not-yet-built"_s, node, path, describe(node), field.expectation());
        return std::nullopt;
    }
    return std::size_t(at - field.choices.begin());
}

std::optional<FileReference> readFile(const FieldDescription& field, const Node& node, const QString& path,
                                      Findings& findings)
{
    auto text = readText(field, node, path, findings);
    if (!text)
        return std::nullopt;
    const TextRule& rule = text_rules::filePath();
    if (!rule.accepts(*text)) {
        findings.error(rule.rule, node, path, describe(node), rule.expected);
        return std::nullopt;
    }
    return FileReference{*text};
}

std::optional<SecretReference> readSecret(const FieldDescription& field, const Node& node,
                                          const QString& path, Findings& findings)
{
    const Node* reference = node.find(u"secretRef");
    if (!reference || !reference->isMapping() || node.entries.size() != 1) {
        // The value itself is not repeated: somebody may have written the secret here.
        const QString found = node.isScalar() ? u"a value"_s : describe(node);
        findings.error(u"wrong-type"_s, node, path, found, field.expectation());
        return std::nullopt;
    }
    const QString inner = pathTo(path, u"secretRef");
    FieldDescription part;
    SecretReference secret;
    for (const Node::Entry& entry : reference->entries) {
        const bool isName = entry.key.text == "name"_L1;
        if (!isName && entry.key.text != "key"_L1) {
            findings.error(u"unknown-field"_s, entry.key, pathTo(inner, entry.key.text),
                           quoted(entry.key.text), u"name or key"_s);
            continue;
        }
        part.textRule = isName ? text_rules::objectName() : text_rules::fileName();
        if (auto text = readText(part, entry.value, pathTo(inner, entry.key.text), findings))
            (isName ? secret.name : secret.key) = *text;
    }
    if (!reference->find(u"name"))
        findings.error(u"missing-field"_s, *reference, pathTo(inner, u"name"), u"nothing"_s,
                       u"the name of a folder under --secrets"_s);
    return secret.name.isEmpty() ? std::nullopt : std::optional(secret);
}

} // namespace postern
