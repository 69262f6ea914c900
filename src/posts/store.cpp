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

// What answers depend on: a post, the list of all, that of a community.
db::Topic one(PostId id) { return db::topic("post", id.value()); }
db::Topic all() { return db::topic("posts"); }
db::Topic all_of(const CommunityName& community) { return db::topic("community", community.str()); }

void changes_lists(db::Transaction& tx, const CommunityName& community) {
    tx.changes(all());
    tx.changes(all_of(community));
}

const Query kMisnamedCommunities{
    "select 'post ' || id || ': ' || community from posts where community <> lower(community)"};

}  // namespace

Task<Post> Store::insert(db::Transaction& tx, NewPost post, Timestamp now) {
    changes_lists(tx, post.community);
    auto made = co_await tx.one<Post>(kInsert, post.title, post.text, post.community, post.url,
                                      post.username, now);
    co_return std::move(*made);
}

Task<std::optional<Post>> Store::find(PostId id, db::Reading& reading) {
    reading.depends_on(one(id));
    return reading.db().one<Post>(kFind, id);
}

Task<std::vector<PostSummary>> Store::find_all(std::vector<PostId> ids, db::Reading& reading) {
    for (const PostId id : ids) reading.depends_on(one(id));
    return reading.db().each<PostSummary>(kFindSummary, std::move(ids));
}

Task<Page<PostSummary>> Store::recent(Limit limit, Cursor after, db::Reading& reading) {
    reading.depends_on(all());
    co_return page_of(co_await reading.db().all<PostSummary>(kRecent, after.major, after.minor,
                                                             limit.value() + 1),
                      limit, place);
}

Task<Page<PostSummary>> Store::recent_of(CommunityName community, Limit limit, Cursor after,
                                         db::Reading& reading) {
    reading.depends_on(all_of(community));
    co_return page_of(co_await reading.db().all<PostSummary>(kRecentOf, community, after.major,
                                                             after.minor, limit.value() + 1),
                      limit, place);
}

Task<std::optional<Username>> Store::author(db::Transaction& tx, PostId id) {
    return tx.one<Username>(kAuthor, id);
}

Task<std::optional<Post>> Store::remove(db::Transaction& tx, PostId id) {
    auto post = co_await tx.one<Post>(kDelete, id);
    if (post) {
        tx.changes(one(id));
        changes_lists(tx, post->community);
    }
    co_return post;
}

Task<Arrival> Store::import(db::Transaction& tx, const ImportedPost& post) {
    const auto known = co_await tx.one<PostId>(kFindImported, post.source);
    if (known) co_return Arrival{post.source, *known, false};
    changes_lists(tx, post.community);
    const auto made = co_await tx.one<Post>(kInsert, post.title, post.text, post.community,
                                            post.url, post.username, post.created_at);
    co_await tx.execute(kRecordImport, post.source, made->id);
    co_return Arrival{post.source, made->id, true};
}

std::span<const db::Rule> Store::rules() {
    static const db::Rule rules[] = {
        {"every community is in lower case", kMisnamedCommunities},
    };
    return rules;
}

}  // namespace stoa::posts
