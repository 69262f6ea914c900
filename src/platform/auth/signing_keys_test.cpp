#include "platform/auth/signing_keys.hpp"

#include "platform/auth/base64url.hpp"
#include "platform/private_file.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace stoa {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kLife = 900s;

/// A file in a folder of the test's own.
class SigningKeysFile : public testing::Test {
  public:
    SigningKeysFile(const SigningKeysFile&) = delete;
    SigningKeysFile& operator=(const SigningKeysFile&) = delete;

  protected:
    SigningKeysFile() : folder_(fs::temp_directory_path() / ("stoa-keys-" + random_base64url(9))) {}
    ~SigningKeysFile() override { fs::remove_all(folder_); }

    fs::path file() const { return folder_ / "keys.json"; }

    /// Moves a moment in the file to the past, as if it had been made then.
    void age(UnixSeconds seconds) const {
        std::string text = read_file(file());
        for (auto at = text.find("\"iat\":"); at != std::string::npos;
             at = text.find("\"iat\":", at + 6)) {
            const auto end = text.find_first_of(",}", at);
            const auto made = std::stoll(text.substr(at + 6, end - at - 6));
            text.replace(at + 6, end - at - 6, std::to_string(made - seconds));
        }
        write_private_file(file(), text);
    }

    fs::path folder_;
};

TEST_F(SigningKeysFile, is_made_once_and_for_its_owner_alone) {
    const auto made = SigningKeys::load_or_make(file());
    EXPECT_EQ(fs::status(file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    const auto loaded = SigningKeys::load_or_make(file());
    EXPECT_EQ(loaded.keys().front().public_key, made.keys().front().public_key);
    EXPECT_EQ(loaded.keys().front().secret, made.keys().front().secret);
    EXPECT_EQ(loaded.seal().key(), made.seal().key());
}

TEST_F(SigningKeysFile, that_can_t_be_read_is_told_and_left_alone) {
    for (const char* content : {"", "{}", "nonsense", R"({"keys":[],"seal":"AAAA"})"}) {
        fs::create_directories(folder_);
        write_private_file(file(), content);
        EXPECT_THROW(SigningKeys::load_or_make(file()), std::runtime_error) << content;
        EXPECT_EQ(read_file(file()), content);
    }
    EXPECT_THROW(SigningKeys::load(folder_ / "missing"), std::runtime_error);
}

TEST_F(SigningKeysFile, signs_with_its_first_key_at_once) {
    const auto keys = SigningKeys::load_or_make(file());
    EXPECT_EQ(&keys.signer(unix_now()), keys.keys().data());
    EXPECT_EQ(keys.accepted_until(keys.keys().front(), kLife), 0);
}

TEST_F(SigningKeysFile, publishes_the_next_key_before_it_signs) {
    SigningKeys::load_or_make(file());
    age(3'600);
    const auto keys = SigningKeys::rotate(file(), false);
    ASSERT_EQ(keys.keys().size(), 2U);
    const auto now = keys.keys()[1].made_at;
    EXPECT_EQ(keys.accepted(now, kLife).size(), 2U);
    EXPECT_EQ(&keys.signer(now), keys.keys().data());
    EXPECT_EQ(&keys.signer(now + 299), keys.keys().data());
    EXPECT_EQ(&keys.signer(now + 300), keys.keys().data() + 1);
}

TEST_F(SigningKeysFile, accepts_the_old_key_until_its_last_token_has_run_out) {
    SigningKeys::load_or_make(file());
    const auto keys = SigningKeys::rotate(file(), false);
    const auto last_signed = keys.keys()[1].made_at + 300;
    EXPECT_EQ(keys.accepted(last_signed + 900, kLife).size(), 2U);
    EXPECT_EQ(keys.accepted(last_signed + 961, kLife).size(), 1U);
    EXPECT_EQ(keys.accepted(last_signed + 961, kLife)[0], keys.keys()[1].public_key);
}

TEST_F(SigningKeysFile, drops_all_old_keys_where_they_were_stolen) {
    const auto before = SigningKeys::load_or_make(file());
    const auto keys = SigningKeys::rotate(file(), true);
    ASSERT_EQ(keys.keys().size(), 1U);
    EXPECT_NE(keys.keys()[0].public_key, before.keys()[0].public_key);
    EXPECT_EQ(&keys.signer(unix_now()), keys.keys().data());
    EXPECT_EQ(keys.seal().key(), before.seal().key()) << "what is sealed stays readable";
}

TEST_F(SigningKeysFile, forgets_keys_that_are_of_no_more_use) {
    SigningKeys::load_or_make(file());
    SigningKeys::rotate(file(), false);
    age(3 * kLongestTokenLife);
    EXPECT_EQ(SigningKeys::rotate(file(), false).keys().size(), 2U);
}

TEST_F(SigningKeysFile, holds_a_bounded_number_of_keys) {
    SigningKeys::load_or_make(file());
    for (std::size_t i = 1; i < SigningKeys::kMostKeys; ++i) SigningKeys::rotate(file(), false);
    EXPECT_THROW(SigningKeys::rotate(file(), false), std::runtime_error);
    EXPECT_EQ(SigningKeys::rotate(file(), true).keys().size(), 1U);
}

TEST(KeySet, travels_as_jwks_without_private_members) {
    const KeySet keys{{"one", {1, 2, 3}}, {"two", {4, 5, 6}}};
    const std::string text = to_jwks(keys);
    EXPECT_EQ(from_jwks(text), keys);
    EXPECT_EQ(text.find("\"d\""), std::string::npos);
}

TEST(KeySet, is_not_read_from_anything_else) {
    for (const char* bad :
         {"", "[]", "{}", R"({"keys":[]})", R"({"keys":[{"kty":"RSA","crv":""}]})",
          R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"AAAA"}]})"}) {
        EXPECT_THROW(from_jwks(bad), std::runtime_error) << bad;
    }
}

TEST(KeyRing, has_another_version_after_each_change_and_only_then) {
    KeyRing ring;
    const auto before = ring.version();
    EXPECT_TRUE(ring.replace({{"one", {}}}));
    EXPECT_FALSE(ring.replace({{"one", {}}}));
    EXPECT_EQ(ring.version(), before + 1);
    EXPECT_EQ(ring.keys()->size(), 1U);
}

}  // namespace
}  // namespace stoa
