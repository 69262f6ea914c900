#pragma once

#include <functional>
#include <string>
#include <vector>

namespace stoa {

/// Loads the files into the server at `url`, with the token that it is given for each request if that is not empty, shows how far it is, and prints a summary of what was taken and what
/// was refused and why. Throws std::runtime_error, with what to do, if a file can't be read or the server does
/// not take what it should.
void import_reddit_csv(const std::vector<std::string>& files, const std::string& url,
                       const std::function<std::string()>& token);

}  // namespace stoa
