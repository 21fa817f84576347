#include "tests/bench/load/arguments.h"

#include <cstdlib>
#include <fstream>

namespace postern::bench {

Arguments::Arguments(int argc, char** argv)
{
    for (int i = 1; i + 1 < argc; i += 2)
        m_values[argv[i]] = argv[i + 1];
}

std::string Arguments::text(const std::string& name, const std::string& otherwise) const
{
    const auto found = m_values.find(name);
    return found == m_values.end() ? otherwise : found->second;
}

double Arguments::number(const std::string& name, double otherwise) const
{
    const auto found = m_values.find(name);
    return found == m_values.end() ? otherwise : std::atof(found->second.c_str());
}

std::vector<std::string> requestTexts(const std::string& path, const std::string& tokens)
{
    const std::string start = "GET " + path + " HTTP/1.1\r\nHost: accounts.bank.example\r\n";
    std::vector<std::string> texts;
    std::ifstream lines(tokens);
    for (std::string token; std::getline(lines, token);)
        texts.push_back(start + "Authorization: Bearer " + token + "\r\n\r\n");
    if (texts.empty())
        texts.push_back(start + "\r\n");
    return texts;
}

} // namespace postern::bench
