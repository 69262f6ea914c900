#pragma once

#include "platform/db/database.hpp"
#include "platform/db/rule.hpp"
#include "posts/types.hpp"

#include <optional>
#include <span>
#include <vector>

namespace stoa::posts {

/// The posts' tables: all SQL about them is here. Every function may throw Problem::unavailable.
class Store {
  public:
    static Task<Post> insert(db::Transaction& tx, NewPost post, Timestamp now);

    static Task<std::optional<Post>> find(PostId id, db::Reading& reading);

    /// The posts with these ids, in their order; those that are gone are left out.
    static Task<std::vector<PostSummary>> find_all(std::vector<PostId> ids, db::Reading& reading);

    /// Newest first.
    static Task<Page<PostSummary>> recent(Limit limit, Cursor after, db::Reading& reading);
    static Task<Page<PostSummary>> recent_of(CommunityName community, Limit limit, Cursor after,
                                             db::Reading& reading);

    /// Who made a post, if it is there.
    static Task<std::optional<Username>> author(db::Transaction& tx, PostId id);

    /// Deletes a post and gives it, if it was there.
    static Task<std::optional<Post>> remove(db::Transaction& tx, PostId id);

    /// Inserts a post from elsewhere, unless it was inserted before.
    static Task<Arrival> import(db::Transaction& tx, const ImportedPost& post);

    /// What must hold of these tables.
    static std::span<const db::Rule> rules();
};

}  // namespace stoa::posts
