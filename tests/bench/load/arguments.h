#pragma once

#include <map>
#include <string>
#include <vector>

namespace postern::bench {

/// `--name value` pairs of a load program.
class Arguments
{
public:
    Arguments(int argc, char** argv);

    [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise) const;
    [[nodiscard]] double number(const std::string& name, double otherwise) const;

private:
    std::map<std::string, std::string> m_values;
};

/// Whole GET requests for \a path; one for each line of the file \a tokens as bearer token, where it is
/// given.
[[nodiscard]] std::vector<std::string> requestTexts(const std::string& path, const std::string& tokens);

} // namespace postern::bench
