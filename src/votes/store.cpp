#include "votes/store.hpp"

#include "platform/problem.hpp"

#include <algorithm>
#include <chrono>

namespace stoa::votes {

namespace {

using db::Query;

/// To set a vote that comes and goes.
constexpr int kMostTries = 3;

int ups(Direction direction) { return direction == Direction::up ? 1 : 0; }
int downs(Direction direction) { return direction == Direction::down ? 1 : 0; }

/// A tally's place in the top: by score, then by id.
Cursor place(const Tally& tally) { return {tally.score, tally.post_id.value()}; }

/// Best score first, ties newest post first.
bool better(const Tally& a, const Tally& b) {
    return a.score != b.score ? a.score > b.score : a.post_id > b.post_id;
}

const Query kInsert{
    "insert into votes (post_id, voter, username, direction, created_at) "
    "values ($1, $2, $3, $4, $5) on conflict do nothing returning " +
    db::columns<Vote>()};

const Query kTurn{
    "update votes set direction = $3 where post_id = $1 and voter = $2 and direction <> $3 "
    "returning " +
    db::columns<Vote>()};

const Query kDelete{"delete from votes where post_id = $1 and voter = $2 returning " +
                    db::columns<Vote>()};

const Query kFind{"select " + db::columns<Vote>() +
                  " from votes where post_id = $1 and voter = $2"};

const Query kCount{
    "insert into tallies (post_id, upvotes, downvotes, score) values ($1, $2, $3, $2 - $3) "
    "on conflict (post_id) do update set upvotes = tallies.upvotes + excluded.upvotes, "
    "downvotes = tallies.downvotes + excluded.downvotes, score = tallies.score + excluded.score"};

// Not "do nothing": whoever settles the post waits for this, or this for them, and none misses the other.
const Query kIsDue{
    "insert into credits_due (post_id) values ($1) "
    "on conflict (post_id) do update set post_id = excluded.post_id"};

const Query kDropEmpty{"delete from tallies where post_id = $1 and upvotes = 0 and downvotes = 0"};

const Query kTally{"select " + db::columns<Tally>() + " from tallies where post_id = $1"};

// Index: tallies_by_score, read backwards.
const Query kTop{"select " + db::columns<Tally>() +
                 " from tallies where (score, post_id) < ($1, $2) "
                 "order by score desc, post_id desc limit $3"};

const Query kDue{"select post_id from credits_due where post_id > $1 order by post_id limit $2"};

const Query kSettled{"delete from credits_due where post_id = $1 returning 1"};

// An author's own vote is not counted.
const Query kOwed{
    "select coalesce((select score from tallies where post_id = $1), 0) "
    "- coalesce((select direction from votes where post_id = $1 and voter = $2), 0) "
    "- coalesce((select credited from credits where post_id = $1), 0)"};

const Query kCredit{
    "insert into credits (post_id, author, credited) values ($1, $2, $3) "
    "on conflict (post_id) do update set credited = credits.credited + excluded.credited"};

// A sum's version is the time, so that versions grow even where the database was restored from a backup.
const Query kEarn{
    "insert into earned (author, total, version) values ($1, $2, $3) "
    "on conflict (author) do update set total = earned.total + excluded.total, version = case "
    "when earned.version < excluded.version then excluded.version else earned.version + 1 end"};

// Index: earned_untold.
const Query kUntold{"select " + db::columns<Earned>() +
                    " from earned where told is distinct from total and author > $1 "
                    "order by author limit $2"};

const Query kNoteTold{"update earned set told = $2 where author = $1 and version = $3"};

// What answers depend on: the counts of a post, those of all.
db::Topic one(PostId post) { return db::topic("tally", post.value()); }
db::Topic all() { return db::topic("tallies"); }

const Query kMisnamedVotes{
    "select 'post ' || post_id || ', voter ' || voter from votes where voter <> lower(username)"};

const std::string kCounted =
    "(select post_id, sum(case when direction = 1 then 1 else 0 end) as upvotes, "
    "sum(case when direction = -1 then 1 else 0 end) as downvotes, sum(direction) as score "
    "from votes group by post_id)";

// Each half goes through one table in its order, and looks the other up by its key.
const Query kWrongTallies{
    "select 'post ' || c.post_id || ': ' "
    "|| coalesce(t.upvotes || ' up, ' || t.downvotes || ' down, score ' || t.score, 'nothing') "
    "|| ' is kept, ' || c.upvotes || ' up, ' || c.downvotes || ' down counted' from " +
    kCounted +
    " c left join tallies t on t.post_id = c.post_id where t.upvotes is distinct from c.upvotes "
    "or t.downvotes is distinct from c.downvotes or t.score is distinct from c.score "
    "union all select 'post ' || t.post_id || ': ' || t.upvotes || ' up, ' || t.downvotes "
    "|| ' down is kept, nothing counted' from tallies t "
    "where not exists (select 1 from votes v where v.post_id = t.post_id)"};
const Query kDropTallies{"delete from tallies"};
const Query kCountAgain{
    "insert into tallies (post_id, upvotes, downvotes, score) "
    "select post_id, upvotes, downvotes, score from " +
    kCounted + " c"};
const Query kAllAreDue{
    "insert into credits_due (post_id) select post_id from tallies union select post_id from "
    "credits "
    "where true on conflict do nothing"};

const Query kWrongEarned{
    "select author || ': ' || sum(kept) || ' is kept, ' || sum(credited) || ' credited' from "
    "(select author, 0 as kept, credited from credits "
    "union all select author, total, 0 from earned) s "
    "group by author having sum(kept) <> sum(credited)"};
// Later than all that was told.
const Query kEarnAgain{
    "insert into earned (author, total, version) "
    "select author, sum(credited), (select coalesce(max(version), 0) + 1 from earned) from "
    "(select author, credited from credits union all select author, 0 from earned) s "
    "group by author on conflict (author) do update set total = excluded.total, "
    "version = excluded.version, told = null"};

}  // namespace

Task<std::optional<Vote>> Store::insert(db::Transaction& tx, PostId post, Username user,
                                        Direction direction, Timestamp now) {
    auto vote = co_await tx.one<Vote>(kInsert, post, user.lower(), user, direction, now);
    if (vote) co_await count(tx, post, ups(direction), downs(direction));
    co_return vote;
}

Task<Vote> Store::set(db::Transaction& tx, PostId post, Username user, Direction direction,
                      Timestamp now) {
    for (int tries = 0; tries < kMostTries; ++tries) {
        auto made = co_await insert(tx, post, user, direction, now);
        if (made) co_return std::move(*made);
        auto turned = co_await tx.one<Vote>(kTurn, post, user.lower(), direction);
        if (turned) {
            const int by = direction == Direction::up ? 1 : -1;
            co_await count(tx, post, by, -by);
            co_return std::move(*turned);
        }
        auto same = co_await tx.one<Vote>(kFind, post, user.lower());
        if (same) co_return std::move(*same);
        // It was there, and has been withdrawn meanwhile.
    }
    throw Problem::unavailable("This vote is being withdrawn by others; try again shortly.",
                               std::chrono::seconds(1));
}

Task<std::optional<Vote>> Store::remove(db::Transaction& tx, PostId post, Username user) {
    auto vote = co_await tx.one<Vote>(kDelete, post, user.lower());
    if (vote) {
        co_await count(tx, post, -ups(vote->direction), -downs(vote->direction));
        co_await tx.execute(kDropEmpty, post);
    }
    co_return vote;
}

Task<std::optional<Vote>> Store::find(PostId post, Username user) {
    return db_.one<Vote>(kFind, post, user.lower());
}

Task<Tally> Store::tally(PostId post, db::Reading& reading) {
    reading.depends_on(one(post));
    auto tally = co_await reading.db().one<Tally>(kTally, post);
    co_return tally ? *tally : Tally{.post_id = post};
}

Task<std::vector<Tally>> Store::sorted(std::vector<PostId> posts, db::Reading& reading) {
    std::sort(posts.begin(), posts.end());
    posts.erase(std::unique(posts.begin(), posts.end()), posts.end());
    for (const PostId post : posts) reading.depends_on(one(post));
    auto tallies = co_await reading.db().each<Tally>(kTally, posts);
    // Those that nobody voted on have no row: `tallies` is ordered by id here, as `posts` is.
    std::vector<Tally> all;
    auto known = tallies.begin();
    for (const PostId post : posts) {
        const bool has_row = known != tallies.end() && known->post_id == post;
        all.push_back(has_row ? *known++ : Tally{.post_id = post});
    }
    std::sort(all.begin(), all.end(), better);
    co_return all;
}

Task<Page<Tally>> Store::top(Limit limit, Cursor after, db::Reading& reading) {
    reading.depends_on(all());
    auto rows = co_await reading.db().all<Tally>(kTop, after.major, after.minor, limit.value() + 1);
    co_return page_of(std::move(rows), limit, place);
}

Task<> Store::count(db::Transaction& tx, PostId post, int upvotes, int downvotes) {
    tx.changes(one(post));
    tx.changes(all());
    co_await tx.execute(kCount, post, upvotes, downvotes);
    co_await tx.execute(kIsDue, post);
}

Task<std::vector<PostId>> Store::due(std::int64_t after, std::size_t most) {
    return db_.all<PostId>(kDue, after, most);
}

Task<> Store::credit(db::Transaction& tx, PostId post, Username author, Timestamp now) {
    const auto owed = *co_await tx.one<std::int64_t>(kOwed, post, author.lower());
    if (owed == 0) co_return;
    co_await tx.execute(kCredit, post, author.lower(), owed);
    co_await tx.execute(kEarn, author.lower(), owed, now);
}

Task<bool> Store::settled(db::Transaction& tx, PostId post) {
    const auto was_due = co_await tx.one<std::int64_t>(kSettled, post);
    co_return was_due.has_value();
}

Task<std::vector<Earned>> Store::untold(std::string after, std::size_t most) {
    return db_.all<Earned>(kUntold, after, most);
}

Task<> Store::note_told(db::Transaction& tx, Earned earned) {
    return tx.execute(kNoteTold, earned.author, earned.total, earned.version);
}

std::span<const db::Rule> Store::rules() {
    static const db::Rule rules[] = {
        {"every vote is its voter's", kMisnamedVotes},
        {"every tally is what the votes add up to",
         kWrongTallies,
         {kDropTallies, kCountAgain, kAllAreDue}},
        {"every author's karma is what the credits add up to", kWrongEarned, {kEarnAgain}},
    };
    return rules;
}

}  // namespace stoa::votes
