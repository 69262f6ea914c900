#include "commands/import/importer.hpp"

#include "commands/import/reddit.hpp"
#include "commands/progress.hpp"
#include "platform/http/client.hpp"
#include "platform/json/read.hpp"
#include "platform/json/utf8.hpp"
#include "platform/json/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <thread>

namespace stoa {

namespace {

constexpr std::size_t kBatchBytes = 512 << 10;  // well below what a server takes as a body
constexpr std::size_t kBatchPosts = 500;
constexpr std::size_t kBatchVotes = 5'000;
constexpr int kMostTries = 10;
constexpr std::chrono::seconds kRetryAfter{1};

/// A record's place among all files, by which the second pass finds it again.
struct Place {
    std::int64_t score;
    std::uint32_t file;
    std::streamoff offset;
};

class Importer {
  public:
    Importer(const std::vector<std::string>& files, const std::string& url,
             const std::function<std::string()>& token)
        : client_(url, token) {
        for (const std::string& file : files) {
            files_.push_back({std::filesystem::path(file).stem().string(), CsvFile(file)});
            for (const char* column : {"id", "created_utc", "title", "ups", "downs", "score",
                                       "is_self", "selftext", "url"}) {
                if (!files_.back().csv.has_column(column)) {
                    throw std::runtime_error(fmt::format("'{}' has no column '{}'", file, column));
                }
            }
        }
    }

    void run() {
        make_members();
        const std::vector<Place> places = by_score();
        {
            Progress progress("posts", places.size());
            for (const Place& place : places) {
                add(place);
                progress.advance(1);
            }
            send_posts();
            send_votes();
        }
        print_summary(places.size());
    }

  private:
    struct File {
        std::string community;
        CsvFile csv;
    };
    struct Waiting {
        std::string json;
        Place place;
        bool link_to_text;
    };

    /// The first pass: where the records are, those with the lowest score first. Posts are made in this order, so
    /// that of two with the same number of votes the better one has the higher id, which is how ties are broken.
    std::vector<Place> by_score() {
        std::vector<Place> places;
        for (std::uint32_t i = 0; i < files_.size(); ++i) {
            CsvFile& csv = files_[i].csv;
            while (csv.next()) places.push_back({reddit::score_of(csv), i, csv.place()});
        }
        std::stable_sort(places.begin(), places.end(),
                         [](const Place& a, const Place& b) { return a.score < b.score; });
        return places;
    }

    void make_members() {
        for (std::size_t i = 0; i < reddit::kMembers; ++i) {
            const std::string name = reddit::member_name(i);
            const auto answer = post(
                "/users", fmt::format(R"({{"username":"{0}","email":"{0}@example.org"}})", name));
            if (answer.status != 201 && answer.status != 409) refused("a member", answer);
        }
    }

    /// Reads the record at a place.
    CsvFile& record_at(const Place& place) {
        CsvFile& csv = files_[place.file].csv;
        csv.seek(place.offset);
        csv.next();
        return csv;
    }

    void add(const Place& place) {
        const CsvFile& record = record_at(place);
        if (const auto why = reddit::fault_of(record)) return refuse(*why);
        auto post = reddit::post_of(record, files_[place.file].community);
        const bool link_to_text = post.url && posts::ResourceUrl::fault(post.url->str());
        if (link_to_text) {
            post.text =
                posts::Body{post.text.str() + (post.text.empty() ? "" : "\n\n") + post.url->str()};
            post.url.reset();
        }
        if (const auto why = fault_of(post)) return refuse(*why);
        std::string body;
        json::write(body, post);
        if (waiting_.size() == kBatchPosts || waiting_bytes_ + body.size() > kBatchBytes)
            send_posts();
        waiting_bytes_ += body.size();
        waiting_.push_back({std::move(body), place, link_to_text});
    }

    void refuse(const std::string& why) { ++refusals_[why]; }

    /// Why the service would refuse a post, by the same rules; nothing if it would not.
    static std::optional<std::string> fault_of(const posts::ImportedPost& post) {
        const auto check = [](const char* member, const auto& value) -> std::optional<std::string> {
            if (!utf8::valid(value.str())) return fmt::format("{} is not UTF-8", member);
            if (value.str().find('\0') != std::string::npos) {
                return fmt::format("{} has a NUL", member);
            }
            const auto why = std::remove_cvref_t<decltype(value)>::fault(value.str());
            return why ? std::optional(fmt::format("{} {}", member, *why)) : std::nullopt;
        };
        if (auto why = check("title", post.title)) return why;
        if (auto why = check("community", post.community)) return why;
        if (auto why = check("id", post.source)) return why;
        return check("text", post.text);
    }

    void send_posts() {
        if (waiting_.empty()) return;
        std::string body = R"({"posts":[)";
        for (const Waiting& one : waiting_) {
            if (&one != waiting_.data()) body += ',';
            body += one.json;
        }
        const auto answer = post("/imports/posts", body + "]}");
        if (answer.status != 200) refused("posts", answer);
        const auto document = json::parse(answer.body);
        const auto& arrivals = document.at("posts").as_array();
        for (std::size_t i = 0; i < waiting_.size(); ++i) {
            const bool is_new = arrivals.at(i).at("is_new").as_bool();
            ++(is_new ? posts_taken_ : posts_known_);
            if (is_new && waiting_[i].link_to_text) ++links_as_text_;
            add_votes(waiting_[i], posts::PostId{arrivals.at(i).at("id").as_int64()});
        }
        waiting_.clear();
        waiting_bytes_ = 0;
    }

    void add_votes(const Waiting& one, posts::PostId id) {
        const auto votes = reddit::votes_of(record_at(one.place), id);
        if (votes_.size() + votes.size() > kBatchVotes) send_votes();
        votes_.insert(votes_.end(), votes.begin(), votes.end());
    }

    void send_votes() {
        if (votes_.empty()) return;
        std::string body = R"({"votes":)";
        json::write(body, votes_);
        const auto answer = post("/imports/votes", body + "}");
        if (answer.status != 200) refused("votes", answer);
        votes_taken_ += json::parse(answer.body).at("taken").as_int64();
        votes_.clear();
    }

    http::Answer post(std::string_view path, const std::string& body) {
        for (int tries = 1;; ++tries) {
            auto answer = client_.ask("POST", std::string("/api/v1").append(path), body);
            if (!answer) {
                throw std::runtime_error(
                    "the server does not answer; start it, and run this again: it goes on where it "
                    "was");
            }
            if (answer->status != 503 || tries == kMostTries) return std::move(*answer);
            std::this_thread::sleep_for(kRetryAfter);  // a site that is used much refuses at times
        }
    }

    [[noreturn]] static void refused(std::string_view what, const http::Answer& answer) {
        throw std::runtime_error(fmt::format("the server refused {} ({}): {}", what, answer.status,
                                             answer.body.substr(0, 500)));
    }

    void print_summary(std::size_t records) const {
        fmt::print("{:>10} records in {} files\n", records, files_.size());
        fmt::print("{:>10} posts taken\n", posts_taken_);
        if (posts_known_ > 0) fmt::print("{:>10} posts were there already\n", posts_known_);
        fmt::print("{:>10} votes taken, of {} made-up members\n", votes_taken_, reddit::kMembers);
        if (links_as_text_ > 0) {
            fmt::print("{:>10} links that are not http or https went to the text\n",
                       links_as_text_);
        }
        for (const auto& [why, count] : refusals_) fmt::print("{:>10} refused: {}\n", count, why);
    }

    http::BlockingClient client_;
    std::vector<File> files_;
    std::vector<Waiting> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::vector<votes::ImportedVote> votes_;
    std::size_t posts_taken_ = 0;
    std::size_t posts_known_ = 0;
    std::int64_t votes_taken_ = 0;
    std::size_t links_as_text_ = 0;
    std::map<std::string, std::size_t> refusals_;
};

}  // namespace

void import_reddit_csv(const std::vector<std::string>& files, const std::string& url,
                       const std::function<std::string()>& token) {
    Importer(files, url, token).run();
}

}  // namespace stoa
