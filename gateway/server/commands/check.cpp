#include "gateway/server/commands/check.h"

#include "gateway/policies/catalogue.h"
#include "gateway/server/commands/document_input.h"

#include <QDateTime>
#include <QJsonArray>

#include <algorithm>

namespace postern {

using namespace Qt::StringLiterals;

namespace {

QString counted(qsizetype count, const QString& one)
{
    return QString::number(count) + u' ' + one + (count == 1 ? QString() : u"s"_s);
}

QString summary(const LoadedDocuments& documents, const std::vector<Finding>& findings)
{
    const auto errors = std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.severity == Finding::Severity::Error;
    });
    const auto warnings = qsizetype(findings.size()) - errors;
    const QString what = counted(qsizetype(documents.apis.size()), u"API"_s) + u" and "_s +
                         counted(qsizetype(documents.baselines.size()), u"baseline"_s);
    if (findings.empty())
        return u"Checked %1: nothing to say.\n"_s.arg(what);
    return u"Checked %1: %2, %3.\n"_s.arg(what, counted(errors, u"error"_s), counted(warnings, u"warning"_s));
}

ExitStatus check(const Arguments& arguments, const CommandStreams& streams)
{
    const QString format = arguments.value(u"format"_s, u"text"_s);
    if (format == "sarif"_L1) {
        streams.complain(u"check: --format sarif is not built yet; text and json are"_s);
        return ExitStatus::Unusable;
    }
    const QString at = arguments.value(u"at"_s);
    const QDate today =
        at.isEmpty() ? QDateTime::currentDateTimeUtc().date() : QDate::fromString(at, Qt::ISODate);
    if (!today.isValid() || (!at.isEmpty() && at.size() != 10)) {
        streams.complain(u"check: --at %1: expected a date such as 2027-03-31"_s.arg(at));
        return ExitStatus::Unusable;
    }
    const auto documents = loadPaths(arguments.positional(), streams);
    if (!documents)
        return ExitStatus::Unusable;
    const std::vector<Finding> findings = checkDocuments(*documents, policyCatalogue(), today);
    if (format == "json"_L1) {
        QJsonArray array;
        for (const Finding& finding : findings)
            array.append(finding.json());
        printJson({{u"findings"_s, array}}, streams);
    } else {
        printFindings(findings, streams.out);
        streams.print(summary(*documents, findings));
    }
    return hasErrors(findings) ? ExitStatus::Findings : ExitStatus::Success;
}

} // namespace

Command checkCommand()
{
    return {.name = u"check"_s,
            .summary = u"validates documents and governance; exit status 1 where there are errors"_s,
            .positional = {.usage = u"PATH…"_s, .minimum = 1, .maximum = -1},
            .options = {formatOption({u"text"_s, u"json"_s, u"sarif"_s}),
                        {.name = u"at"_s,
                         .value = u"DATE"_s,
                         .help = u"judge exemptions as on this day; today where it is not given"_s,
                         .choices = {}}},
            .run = check};
}

} // namespace postern
