#pragma once

#include "models/base/error.h"
#include "models/schema/node.h"

#include <QJsonObject>
#include <QString>

#include <vector>

namespace postern {

/// One thing a document has wrong, or should be told about.
struct Finding
{
    enum class Severity { Error, Warning };

    Severity severity = Severity::Error;
    QString rule;     ///< stable, in kebab-case: `unknown-field`
    Place place;      ///< file, line, column, path in the document
    QString found;    ///< what stands there
    QString expected; ///< what should

    /// `file:line:column: error: path: found …, expected … [rule]`, as compilers write it.
    [[nodiscard]] QString text() const;
    /// As CONTRACT states for `check --format json`.
    [[nodiscard]] QJsonObject json() const;

    friend bool operator==(const Finding&, const Finding&) = default;
};

/// Collects the findings of one file. Bounded: past `Maximum` they are counted, not kept, and one last
/// finding says so, so that a hostile document can not fill memory. Lives on the stack of one load.
class Findings
{
public:
    static constexpr std::size_t Maximum = 200;

    explicit Findings(QString file = {}) : m_file(std::move(file)) {}

    void error(const QString& rule, const Node& at, const QString& path, const QString& found,
               const QString& expected);
    void warning(const QString& rule, const Node& at, const QString& path, const QString& found,
                 const QString& expected);
    void add(Finding finding);

    [[nodiscard]] const QString& file() const { return m_file; }
    [[nodiscard]] bool hasErrors() const { return m_errors > 0; }
    [[nodiscard]] std::size_t errors() const { return m_errors; }
    [[nodiscard]] const std::vector<Finding>& all() const { return m_findings; }
    [[nodiscard]] std::vector<Finding> take() { return std::move(m_findings); }
    [[nodiscard]] Place placeOf(const Node& at, const QString& path) const;

private:
    QString m_file;
    std::vector<Finding> m_findings;
    std::size_t m_errors = 0;
};

[[nodiscard]] bool hasErrors(const std::vector<Finding>& findings);
/// By file, line and column; equal ones keep their order.
void sortByPlace(std::vector<Finding>& findings);

/// Text of a document as a message may show it: in quotes, control characters escaped, cut when long.
[[nodiscard]] QString quoted(QStringView text);
/// The candidate that \a word most likely meant, or empty when none is near.
[[nodiscard]] QString nearestOf(QStringView word, const QStringList& candidates);

} // namespace postern
