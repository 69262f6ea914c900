#include "commands/import/reddit.hpp"

#include "fuzz/fuzz.hpp"
#include "fuzz/memory_file.hpp"
#include "platform/json/read.hpp"
#include "platform/json/utf8.hpp"
#include "platform/json/write.hpp"

#include <set>
#include <stdexcept>

namespace stoa::fuzz {
namespace {

constexpr std::string_view kHeader = "id,created_utc,title,ups,downs,score,is_self,selftext,url\n";

template <class T>
bool is_acceptable(const T& text) {
    return utf8::valid(text.str()) && text.str().find('\0') == std::string::npos &&
           !T::fault(text.str());
}

void check_post(const posts::ImportedPost& post) {
    must(!Username::fault(post.username.str()), "an author has a name");
    must(Timestamp::parse(post.created_at.str()) == post.created_at,
         "a post's time can be written");
    if (post.url) {
        must(std::all_of(post.url->str().begin(), post.url->str().end(),
                         [](char c) { return c > ' ' && c < 0x7F; }),
             "a URL is printable ASCII");
    }
    if (!is_acceptable(post.title) || !is_acceptable(post.text) || !is_acceptable(post.source))
        return;
    if (post.url && !is_acceptable(*post.url)) return;
    std::string written;
    json::write(written, post);
    posts::ImportedPost taken;
    Faults faults;
    json::read(json::parse(written), "", taken, faults);
    must(faults.empty(), "a service takes what the import sends");
    std::string again;
    json::write(again, taken);
    must(again == written, "it takes it as it was sent");
}

void check_votes(const CsvFile& record) {
    std::set<std::string> voters;
    const auto votes = reddit::votes_of(record, posts::PostId{7});
    must(votes.size() <= reddit::kMembers, "there are not more votes than members");
    for (const auto& vote : votes) {
        must(vote.post_id.value() == 7 && !Username::fault(vote.username.str()), "a vote is one");
        voters.insert(vote.username.lower());
    }
    must(voters.size() == votes.size(), "nobody votes twice");
}

/// Records, below the data set's header.
void run(std::string_view input) {
    const MemoryFile file(std::string(kHeader) + std::string(input));
    CsvFile csv(file.path());
    try {
        while (csv.next()) {
            reddit::score_of(csv);
            if (reddit::fault_of(csv)) continue;
            check_post(reddit::post_of(csv, "books"));
            check_votes(csv);
        }
    } catch (const std::runtime_error&) {
    }
}

const Registered registered("reddit", run);

}  // namespace
}  // namespace stoa::fuzz
