#include "commands/commands.hpp"
#include "commands/data_folder.hpp"
#include "commands/import/importer.hpp"
#include "commands/own_server.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>

namespace stoa {

namespace {

struct ImportOptions {
    std::vector<std::string> files;
    DataFolder folder;
    std::string to;
};

void import_reddit(const ImportOptions& options) {
    spdlog::set_level(spdlog::level::warn);
    if (!options.to.empty()) {
        const char* token = std::getenv("STOA_TOKEN");
        return import_reddit_csv(options.files, options.to,
                                 [given = std::string(token ? token : "")] { return given; });
    }
    enter(options.folder);
    const OwnServer server({std::begin(kServices), std::end(kServices)}, options.folder);
    import_reddit_csv(options.files, server.url(), [&] { return operator_token(options.folder); });
}

}  // namespace

void add_import(CLI::App& app) {
    CLI::App* import =
        app.add_subcommand("import", "Load posts and votes from another site's export");
    import->require_subcommand(1);
    CLI::App* command = import->add_subcommand(
        "reddit-csv",
        "Files of the data set \"Reddit Top 2.5 Million\" (umbrae/reddit-top-2.5-million)");
    const auto options = std::make_shared<ImportOptions>();
    command
        ->add_option("files", options->files,
                     "NAME.csv, one community each: its name is the file's")
        ->required()
        ->type_name("")
        ->check(CLI::ExistingFile);
    // Not as the option's own variable: that would count as given, and --to could not be.
    if (const char* folder = std::getenv("STOA_DATA")) options->folder.path = folder;
    if (const char* uri = std::getenv("STOA_DATABASE")) options->folder.database = uri;
    auto* data = command
                     ->add_option("--data", options->folder.path,
                                  "Data folder of a server that is not running")
                     ->type_name("DIR")
                     ->capture_default_str();
    command->add_option("--keys", options->folder.keys, "Its keys' file [keys.json among the data]")
        ->envname("STOA_KEYS")
        ->type_name("FILE");
    auto* database = add_database_option(*command, options->folder);
    command->add_option("--to", options->to, "A running server instead: http://127.0.0.1:8080")
        ->type_name("URL")
        ->excludes(data)
        ->excludes(database);
    command->footer(
        "What is taken:\n"
        "  posts   with title, text, URL, time and community; &amp; &lt; &gt; are unescaped; a "
        "link that is not\n"
        "          http or https goes to the end of the text\n"
        "  authors and voters, whom the files don't name, are a pool of 100 made-up members\n"
        "  votes   scaled: a score of s becomes round(10 * log10(1 + s)), and up to 5 pairs of an "
        "upvote and a\n"
        "          downvote stand for those who disagreed; posts are made in the order of their "
        "scores, so that\n"
        "          ties keep it too: the order by score is the files'\n"
        "A server that wants to know who calls needs the token of an admin or a service, in "
        "STOA_TOKEN.\n"
        "It may be stopped and run again, and goes on where it was: what is there is not taken "
        "twice.\n"
        "Columns needed: id, created_utc, title, ups, downs, score, is_self, selftext, url.");
    command->callback([options] { import_reddit(*options); });
}

}  // namespace stoa
