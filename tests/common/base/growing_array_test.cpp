#include "common/base/growing_array.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace hearsay {
namespace {

template <typename T>
std::vector<T> list(const GrowingArray<T, std::uint32_t>& array) {
  return {array.span().begin(), array.span().end()};
}

TEST(GrowingArray, KeepsWhatIsAppendedThroughEverySize) {
  GrowingArray<std::uint32_t, std::uint32_t> array;
  EXPECT_TRUE(array.empty());
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    array.push_back(i);
    ASSERT_EQ(array.size(), i + 1);
    for (std::uint32_t j = 0; j <= i; j += 1 + i / 8) ASSERT_EQ(array[j], j);
  }
  array.pop_back();
  EXPECT_EQ(array.size(), 999U);
}

TEST(GrowingArray, AFewElementsNeedNoMemoryOfTheirOwn) {
  GrowingArray<std::uint32_t, std::uint32_t> array;
  const auto is_inside = [&] {
    const auto* begin = reinterpret_cast<const char*>(&array);
    const auto* data = reinterpret_cast<const char*>(array.data());
    return data >= begin && data < begin + sizeof array;
  };
  array.push_back(1);
  array.push_back(2);
  EXPECT_TRUE(is_inside());
  array.push_back(3);
  EXPECT_FALSE(is_inside());
  EXPECT_EQ(list(array), (std::vector<std::uint32_t>{1, 2, 3}));
}

TEST(GrowingArray, AppendsManyAtOnce) {
  GrowingArray<char> text;
  text.append(std::string_view("ab"));
  text.append(std::string_view());
  text.append(std::string_view("cdefghijklmnopqrstuvwxyz"));
  EXPECT_EQ(std::string_view(text.data(), text.size()), "abcdefghijklmnopqrstuvwxyz");
}

TEST(GrowingArray, AnElementOfItsOwnMayBeAppended) {
  GrowingArray<std::uint64_t> array;
  array.push_back(7);
  for (int i = 0; i < 100; ++i) array.push_back(array[0]);
  EXPECT_EQ(array[100], 7U);
}

TEST(GrowingArray, Moves) {
  for (const std::uint32_t count : {1U, 50U}) {
    GrowingArray<std::uint32_t, std::uint32_t> array;
    for (std::uint32_t i = 0; i < count; ++i) array.push_back(i);
    GrowingArray<std::uint32_t, std::uint32_t> moved(std::move(array));
    GrowingArray<std::uint32_t, std::uint32_t> assigned;
    assigned.push_back(77);
    assigned = std::move(moved);
    ASSERT_EQ(assigned.size(), count);
    EXPECT_EQ(assigned[count - 1], count - 1);
  }
}

}  // namespace
}  // namespace hearsay
