#include "posts/service.hpp"

#include "platform/problem.hpp"

namespace stoa::posts {

namespace {

constexpr std::string_view kNoPost = "There is no such post, or no longer.";

/// What must be there, of a post that is.
template <class T>
T present(std::optional<T> found) {
    if (!found) throw Problem::not_found(std::string(kNoPost));
    return std::move(*found);
}

}  // namespace

void Service::declare(http::Routes<Service> routes) {
    routes.post("/posts", {.id = "create_post", .summary = "Create a post", .right = rights::actor},
                &Service::create);
    routes.get("/posts/{id}",
               {.id = "retrieve_post",
                .summary = "Retrieve a post",
                .right = rights::anyone,
                .not_found = kNoPost},
               &Service::retrieve);
    routes.delete_("/posts/{id}",
                   {.id = "delete_post",
                    .summary = "Delete a post",
                    .right = rights::author,
                    .description = "Answers the post as it was.",
                    .not_found = kNoPost},
                   &Service::remove);
    routes.get(
        "/posts",
        {.id = "list_posts",
         .summary = "List the most recent posts of one community, or of all",
         .right = rights::anyone,
         .description =
             "Newest first; an unknown community is an empty list. With `ids`: these posts, in the "
             "order asked, those that are gone left out."},
        &Service::list);
    routes.post(
        "/imports/posts",
        {.id = "import_posts",
         .summary = "Import posts from another site",
         .right = rights::trusted,
         .description =
             "Up to 500 at once, with the times they were made at; all or none. One that was "
             "imported before is left as it is."},
        &Service::import);
}

Task<http::Created<Post>> Service::create(NewPost post, db::Transaction& tx) {
    auto made = co_await Store::insert(tx, std::move(post), Timestamp::now());
    const auto place = fmt::format("/posts/{}", made.id.value());
    co_return http::created(std::move(made), place);
}

Task<Post> Service::retrieve(PostId id, db::Reading& reading) {
    auto post = co_await Store::find(id, reading);
    co_return present(std::move(post));
}

Task<Post> Service::remove(PostId id, Caller caller, db::Transaction& tx) {
    const auto author = present(co_await Store::author(tx, id));
    caller.must_have_right_to(author);
    // Others may be faster.
    co_return present(co_await Store::remove(tx, id));
}

Task<Page<PostSummary>> Service::list(PostQuery query, db::Reading& reading) {
    if (query.ids) {
        auto found = co_await Store::find_all(query.ids->ids, reading);
        co_return Page<PostSummary>{std::move(found), std::nullopt};
    }
    const Limit limit = query.limit.value_or(Limit{Limit::if_absent});
    const Cursor after = query.cursor.value_or(Cursor::start());
    if (query.community)
        co_return co_await Store::recent_of(*query.community, limit, after, reading);
    co_return co_await Store::recent(limit, after, reading);
}

Task<Arrivals> Service::import(PostImport import, db::Transaction& tx) {
    Arrivals arrivals;
    for (const ImportedPost& post : import.posts.items) {
        arrivals.posts.push_back(co_await Store::import(tx, post));
    }
    co_return arrivals;
}

}  // namespace stoa::posts
