#pragma once

namespace CLI {
class App;
}

/// The commands of the program, one file each. Each adds itself to the command line; what it is asked to do is done
/// by a callback, which throws std::runtime_error with what to do if it can't be.
namespace stoa {

void add_serve(CLI::App& app);
void add_openapi(CLI::App& app);
void add_status(CLI::App& app);
void add_import(CLI::App& app);
void add_user(CLI::App& app);
void add_keys(CLI::App& app);
void add_check(CLI::App& app);
void add_migrate_data(CLI::App& app);
void add_backup(CLI::App& app);
void add_verify_backup(CLI::App& app);
void add_restore(CLI::App& app);
void add_migrate(CLI::App& app);
void add_vacuum(CLI::App& app);
void add_describe(CLI::App& app);

}  // namespace stoa
