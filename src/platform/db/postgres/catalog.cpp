#include "platform/db/postgres/catalog.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace stoa::db::postgres {

namespace {

// A row for each column: those of a primary key first, and in its order.
const Query kColumns{
    "with recursive ours as (select oid, relname from pg_class "
    "where relnamespace = current_schema()::regnamespace and relkind = 'r'), "
    "depths (id, depth) as (select oid, 0 from ours "
    "union select r.conrelid, d.depth + 1 from pg_constraint r join depths d on r.confrelid = d.id "
    "where r.contype = 'f' and r.conrelid <> r.confrelid) "
    "select t.relname, a.attname, format_type(a.atttypid, a.atttypmod), "
    "case when a.attidentity = '' then 0 else 1 end, "
    "case when a.attnum = any (k.indkey::int2[]) then 1 else 0 end "
    "from ours t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped "
    "left join pg_index k on k.indrelid = t.oid and k.indisprimary "
    "order by (select max(depth) from depths where id = t.oid), t.relname, "
    "array_position(k.indkey::int2[], a.attnum) nulls last, a.attnum"};

void add(std::vector<Table>& tables, const Row& row) {
    if (tables.empty() || tables.back().name != row.text(0)) {
        tables.emplace_back().name = row.text(0);
    }
    Table& table = tables.back();
    const std::string name(row.text(1));
    const std::string_view type = row.text(2);
    if (type != "bigint" && type != "text") {
        throw std::runtime_error(
            fmt::format("the column '{}' of the table '{}' in the database is of the type {}, "
                        "which the program's own schema never has",
                        name, table.name, type));
    }
    table.columns.push_back({name, type == "bigint"});
    if (row.integer(3) == 1) table.numbered = name;
    if (row.integer(4) == 1) ++table.key_columns;
}

}  // namespace

std::vector<Table> tables_of(Direct& connection, const std::set<std::string>& names) {
    std::vector<Table> tables;
    connection.run(kColumns, {}, [&](const Row& row) {
        if (names.contains(std::string(row.text(0)))) add(tables, row);
    });
    for (const Table& table : tables) {
        if (table.key_columns > 0) continue;
        throw std::runtime_error(
            fmt::format("the table '{}' in the database has no primary key", table.name));
    }
    return tables;
}

}  // namespace stoa::db::postgres
