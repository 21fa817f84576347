#pragma once

#include <QString>

#include <chrono>
#include <compare>
#include <span>
#include <utility>
#include <vector>

namespace postern {

/// A number of bytes, so that it is never mistaken for a number of something else. Written `64KiB`.
struct Bytes
{
    quint64 count = 0;

    friend auto operator<=>(const Bytes&, const Bytes&) = default;
};

/// A file beside the document, as the document names it: relative to it, never outside its folder.
struct FileReference
{
    QString path;

    [[nodiscard]] bool isEmpty() const { return path.isEmpty(); }
    friend bool operator==(const FileReference&, const FileReference&) = default;
};

/// `{secretRef: {name, key}}`: a folder under `--secrets`, and the file in it. The value itself is never
/// here.
struct SecretReference
{
    QString name;
    QString key; ///< empty: the file's name that the using field states (`value`, `tls.crt`, …)

    [[nodiscard]] bool isEmpty() const { return name.isEmpty(); }
    friend bool operator==(const SecretReference&, const SecretReference&) = default;
};

/// A map from text to text that keeps the document's order; keys are unique.
using TextMap = std::vector<std::pair<QString, QString>>;
[[nodiscard]] const QString* findValue(const TextMap& map, QStringView key);

enum class Built { Yes, NotYet };

/// One value of an enumeration as documents write it. An enumeration that a field table uses has, beside it,
///   constexpr std::span<const Choice<Mode>> choicesOf(Mode) { return modeChoices; }
/// found by argument-dependent lookup.
template<typename E>
struct Choice
{
    const char* name;
    E value;
    const char* help = "";
    Built built = Built::Yes;
};

template<typename E>
[[nodiscard]] QString nameOf(E value)
{
    for (const Choice<E>& choice : choicesOf(E{}))
        if (choice.value == value)
            return QString::fromLatin1(choice.name);
    return {};
}

} // namespace postern
