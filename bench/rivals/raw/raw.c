/* SQLite alone: writes rows from one thread, so many to a durable commit, and says how many it got done.
   usage: raw FILE posts|votes BATCH SECONDS START POSTS USERS
   prints: ROWS SECONDS CPU-SECONDS. START is the number of the first vote: votes must differ from those made before. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static sqlite3 *db;

static void must(int result) {
    if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) return;
    fprintf(stderr, "raw: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    must(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
    return statement;
}

static void run(sqlite3_stmt *statement) {
    must(sqlite3_step(statement));
    must(sqlite3_reset(statement));
}

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void insert_post(sqlite3_stmt *insert, long long n) {
    static char text[401];
    char title[60], author[32];
    if (!text[0]) memset(text, 'w', sizeof text - 1);
    snprintf(title, sizeof title, "What are you reading this week, number %lld?", n);
    snprintf(author, sizeof author, "writer%02lld", n % 64);
    sqlite3_bind_text(insert, 1, title, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, text, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, "books", -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 4, author, -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 5, (long long)time(NULL) * 1000);
    run(insert);
}

/* The same walk over posts and voters as lua/votes.lua takes. */
static void insert_vote(sqlite3_stmt *insert, sqlite3_stmt *count, long long n, long long posts, long long users) {
    char voter[32];
    const long long post = n % posts * 7919 % posts + 1;
    const int up = n % 4 != 0;
    snprintf(voter, sizeof voter, "voter%05lld", (n + n / posts) % users);
    sqlite3_bind_int64(insert, 1, post);
    sqlite3_bind_text(insert, 2, voter, -1, SQLITE_STATIC);
    sqlite3_bind_int(insert, 3, up ? 1 : -1);
    sqlite3_bind_int64(insert, 4, (long long)time(NULL) * 1000);
    run(insert);
    sqlite3_bind_int64(count, 1, post);
    sqlite3_bind_int(count, 2, up);
    run(count);
}

int main(int argc, char **argv) {
    if (argc != 8) {
        fprintf(stderr, "usage: raw FILE posts|votes BATCH SECONDS START POSTS USERS\n");
        return 2;
    }
    const int is_posts = strcmp(argv[2], "posts") == 0;
    const long batch = atol(argv[3]);
    const double seconds = atof(argv[4]);
    const long long start = atoll(argv[5]), posts = atoll(argv[6]), users = atoll(argv[7]);

    must(sqlite3_open(argv[1], &db));
    must(sqlite3_exec(db, "pragma journal_mode = wal; pragma synchronous = full", NULL, NULL, NULL));
    sqlite3_stmt *begin = prepare("begin immediate"), *commit = prepare("commit");
    sqlite3_stmt *post = prepare("insert into posts (title, text, community, username, created_at) values (?, ?, ?, ?, ?)");
    sqlite3_stmt *vote = prepare("insert into votes (post_id, voter, username, direction, created_at) values (?1, ?2, ?2, ?3, ?4)");
    sqlite3_stmt *count = prepare("insert into tallies values (?1, ?2, 1 - ?2, 2 * ?2 - 1) on conflict do update set "
                                  "upvotes = upvotes + ?2, downvotes = downvotes + 1 - ?2, score = score + 2 * ?2 - 1");
    long long rows = 0;
    const double began = seconds_now(), cpu_before = cpu_seconds();
    double took = 0;
    while (took < seconds) {
        run(begin);
        for (long i = 0; i < batch; ++i, ++rows) {
            if (is_posts) insert_post(post, start + rows);
            else insert_vote(vote, count, start + rows, posts, users);
        }
        run(commit);
        took = seconds_now() - began;
    }
    printf("%lld %.6f %.6f\n", rows, took, cpu_seconds() - cpu_before);
    return 0;
}
