#include "posts/store.hpp"

namespace stoa::posts {

namespace {

using db::Query;

/// A post's place in lists: by time, then by id.
Cursor place(const PostSummary& post) { return {post.created_at.milliseconds, post.id.value()}; }

const Query kInsert{
    "insert into posts (title, text, community, url, username, created_at) "
    "values ($1, $2, $3, $4, $5, $6) returning " +
    db::columns<Post>()};

const Query kFind{"select " + db::columns<Post>() + " from posts where id = $1"};

const Query kFindSummary{"select " + db::columns<PostSummary>() + " from posts where id = $1"};

// Index: posts_by_age, read backwards.
const Query kRecent{"select " + db::columns<PostSummary>() +
                    " from posts where (created_at, id) < ($1, $2) "
                    "order by created_at desc, id desc limit $3"};

// Index: posts_by_community, read backwards.
const Query kRecentOf{"select " + db::columns<PostSummary>() +
                      " from posts where community = $1 and (created_at, id) < ($2, $3) "
                      "order by created_at desc, id desc limit $4"};

const Query kAuthor{"select username from posts where id = $1"};

const Query kDelete{"delete from posts where id = $1 returning " + db::columns<Post>()};

const Query kFindImported{"select post_id from imported_posts where source = $1"};

const Query kRecordImport{"insert into imported_posts (source, post_id) values ($1, $2)"};

}  // namespace

Task<Post> Store::insert(db::Transaction& tx, NewPost post, Timestamp now) {
    co_return *co_await tx.one<Post>(kInsert, post.title, post.text, post.community, post.url,
                                     post.username, now);
}

Task<std::optional<Post>> Store::find(PostId id) { return db_.one<Post>(kFind, id); }

Task<std::vector<PostSummary>> Store::find_all(std::vector<PostId> ids) {
    return db_.each<PostSummary>(kFindSummary, std::move(ids));
}

Task<Page<PostSummary>> Store::recent(Limit limit, Cursor after) {
    co_return page_of(
        co_await db_.all<PostSummary>(kRecent, after.major, after.minor, limit.value() + 1), limit,
        place);
}

Task<Page<PostSummary>> Store::recent_of(CommunityName community, Limit limit, Cursor after) {
    co_return page_of(co_await db_.all<PostSummary>(kRecentOf, community, after.major, after.minor,
                                                    limit.value() + 1),
                      limit, place);
}

Task<std::optional<Username>> Store::author(db::Transaction& tx, PostId id) {
    return tx.one<Username>(kAuthor, id);
}

Task<std::optional<Post>> Store::remove(db::Transaction& tx, PostId id) {
    return tx.one<Post>(kDelete, id);
}

Task<Arrival> Store::import(db::Transaction& tx, const ImportedPost& post) {
    const auto known = co_await tx.one<PostId>(kFindImported, post.source);
    if (known) co_return Arrival{post.source, *known, false};
    const auto made = co_await tx.one<Post>(kInsert, post.title, post.text, post.community,
                                            post.url, post.username, post.created_at);
    co_await tx.execute(kRecordImport, post.source, made->id);
    co_return Arrival{post.source, made->id, true};
}

}  // namespace stoa::posts
