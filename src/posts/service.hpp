#pragma once

#include "platform/auth/caller.hpp"
#include "platform/http/endpoint.hpp"
#include "posts/store.hpp"

namespace stoa::posts {

/// Posts: create, retrieve, delete, list.
class Service {
  public:
    static constexpr std::string_view kName = "posts";
    static constexpr std::string_view kAbout =
        "Posts: create, retrieve, delete, list the most recent.";

    /// Adds the operations to the routes.
    static void declare(http::Routes<Service> routes);

  private:
    Task<http::Created<Post>> create(NewPost post, db::Transaction& tx);
    Task<Post> retrieve(PostId id, db::Reading& reading);
    Task<Post> remove(PostId id, Caller caller, db::Transaction& tx);
    Task<Page<PostSummary>> list(PostQuery query, db::Reading& reading);
    Task<Arrivals> import(PostImport import, db::Transaction& tx);
};

}  // namespace stoa::posts
