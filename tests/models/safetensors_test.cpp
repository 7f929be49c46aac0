// The safetensors reader against sound and broken headers.
#include "models/safetensors.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "models/tiny.hpp"

namespace terramask {
namespace {

using safetensors::Entry;
using ::testing::HasSubstr;
using tests::error_of;

struct Broken {
  const char* name;
  std::string header;
  std::string data;
  const char* cause;
};

std::string tensor(const std::string& fields) {
  return "{\"a\":{" + fields + "}}";
}

std::string nested(int depth, char open) {
  return "{\"a\":" + std::string(static_cast<std::size_t>(depth), open);
}

std::vector<Broken> broken_headers() {
  const std::string f32x2 = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  const std::string eight(8, 'x');
  return {
      {"not json", "{nonsense}", "", "not valid JSON"},
      {"a list", "[]", "", "not a safetensors file"},
      {"a text", "\"abc\"", "", "not a safetensors file"},
      {"space first", " {}", "", "not a safetensors file"},
      {"byte order mark", "\xef\xbb\xbf{}", "", "not a safetensors file"},
      {"zero padding", std::string("{}\0\0", 4), "", "not a safetensors file"},
      {"second value", "{}{}", "", "not valid JSON"},
      {"never closed", R"({"a":{"dtype":"F32")", "", "not valid JSON"},
      {"comment", "{/**/}", "", "not valid JSON"},
      {"trailing comma", "{\"a\":{},}", "", "lacks"},
      {"invalid UTF-8 in a name", "{\"\xff\xfe\":{}}", "", "not valid JSON"},
      {"overlong UTF-8", "{\"\xc0\x80\":{}}", "", "not valid JSON"},
      {"lone surrogate", R"({"\ud800":{}})", "", "not valid JSON"},
      {"depth bomb of lists", nested(100000, '['), "", "a list, not an object"},
      {"depth bomb of objects", "{\"a\":" + std::string(5, '{'), "", "not valid JSON"},
      {"list bomb in a shape", R"({"a":{"shape":)" + std::string(100000, '['), "", "a list in"},
      {"object in a tensor", R"({"a":{"dtype":{}}})", "", "an object in"},
      {"tensor is a number", R"({"a":1})", "", "not an object"},
      {"tensor is null", R"({"a":null})", "", "not an object"},
      {"tensor is a list", R"({"a":[1,2]})", "", "not an object"},
      {"tensor is a text", R"({"a":"F32"})", "", "not an object"},
      {"two tensors of a name", "{\"a\":{" + f32x2 + "},\"a\":{" + f32x2 + "}}", eight, "names \"a\" twice"},
      {"the same by escape", "{\"a\":{" + f32x2 + "},\"\\u0061\":{" + f32x2 + "}}", eight, "twice"},
      {"no dtype", tensor(R"("shape":[2],"data_offsets":[0,8])"), eight, "lacks its dtype"},
      {"no shape", tensor(R"("dtype":"F32","data_offsets":[0,8])"), eight, "lacks its dtype"},
      {"no offsets", tensor(R"("dtype":"F32","shape":[2])"), eight, "lacks its dtype"},
      {"one offset", tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0])"), eight, "lacks its dtype"},
      {"three offsets", tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,8,8])"), eight, "two numbers"},
      {"dtype twice", tensor(R"("dtype":"F32",)" + f32x2), eight, "has dtype twice"},
      {"shape twice", tensor(R"("shape":[2],)" + f32x2), eight, "has shape twice"},
      {"unknown key", tensor(R"("layout":1,)" + f32x2), eight, "unknown key \"layout\""},
      {"unknown dtype", tensor(R"("dtype":"F31","shape":[2],"data_offsets":[0,8])"), eight, "unknown type"},
      {"dtype a number", tensor(R"("dtype":32,"shape":[2],"data_offsets":[0,8])"), eight, "a number in"},
      {"dtype long", tensor("\"dtype\":\"" + std::string(100000, 'F') + "\""), eight, "unknown type"},
      {"shape a text", tensor(R"("dtype":"F32","shape":"2","data_offsets":[0,8])"), eight, "a text in"},
      {"text in a shape", tensor(R"("dtype":"F32","shape":["2"],"data_offsets":[0,8])"), eight, "a text in"},
      {"negative extent", tensor(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])"), eight, "negative"},
      {"negative offset", tensor(R"("dtype":"F32","shape":[2],"data_offsets":[-8,0])"), eight, "negative"},
      {"fraction", tensor(R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])"), eight, "a fraction"},
      {"exponent", tensor(R"("dtype":"F32","shape":[2e0],"data_offsets":[0,8])"), eight, "a fraction"},
      {"extent above 2^63", tensor(R"("dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,8])"),
       eight, "too large"},
      {"extent above 2^64", tensor(R"("dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8])"),
       eight, "too large"},
      {"number beyond double", tensor(R"("dtype":"F32","shape":[1e999],"data_offsets":[0,8])"), eight,
       "JSON"},
      {"true in a shape", tensor(R"("dtype":"F32","shape":[true],"data_offsets":[0,8])"), eight,
       "truth value"},
      {"size overflows", tensor(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])"), "",
       "no size that can be counted"},
      {"size overflows to right",
       tensor(R"("dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8])"), eight,
       "no size that can be counted"},
      {"half a byte", tensor(R"("dtype":"F4","shape":[3],"data_offsets":[0,1])"), "x", "no size"},
      {"many axes",
       tensor(R"("dtype":"F32","shape":[1)" +
              [] {
                std::string ones;
                for (int i = 0; i < 64; ++i) ones += ",1";
                return ones;
              }() +
              R"(],"data_offsets":[0,4])"),
       "xxxx", "more than 64 axes"},
      {"size too small", tensor(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"), eight,
       "takes 12 bytes"},
      {"size too large", tensor(R"("dtype":"F16","shape":[2],"data_offsets":[0,8])"), eight, "takes 4 bytes"},
      {"offsets reversed", tensor(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])"), eight,
       "begins at byte"},
      {"beyond the file", tensor(R"("dtype":"F32","shape":[4],"data_offsets":[0,16])"), eight, "cut short"},
      {"far beyond the file",
       tensor(R"("dtype":"F32","shape":[1000000000000000],"data_offsets":[0,4000000000000000])"), eight,
       "cut short"},
      {"bytes left over", tensor(f32x2), eight + "y", "1 bytes after the last tensor"},
      {"no tensors but data", "{}", eight, "8 bytes after the last tensor"},
      {"hole at the start", tensor(R"("dtype":"F32","shape":[1],"data_offsets":[4,8])"), eight,
       "begins at byte 4"},
      {"hole between",
       R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
       eight, "begins at byte 4"},
      {"overlap",
       R"({"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
       eight, "begins at byte 4"},
      {"the same bytes twice",
       R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})",
       eight, "begins at byte 0"},
      {"metadata a text", R"({"__metadata__":"x"})", "", "not an object"},
      {"metadata of a number", R"({"__metadata__":{"format":1}})", "", "not a text"},
      {"metadata of a list", R"({"__metadata__":{"format":["pt"]}})", "", "not a text"},
      {"metadata of an object", R"({"__metadata__":{"format":{}}})", "", "not a text"},
      {"metadata of null", R"({"__metadata__":{"format":null}})", "", "not a text"},
      {"metadata twice", R"({"__metadata__":{},"__metadata__":{}})", "", "twice"},
      {"metadata key twice", R"({"__metadata__":{"a":"","a":""}})", "", "names \"a\" twice"},
  };
}

TEST(Safetensors, BrokenHeadersAreFormatErrorsThatNameTheFile) {
  const tests::TemporaryFolder folder;
  for (const Broken& broken : broken_headers()) {
    SCOPED_TRACE(broken.name);
    const std::string path = folder / "m.safetensors";
    tests::write_file(path, tests::safetensors_bytes(broken.header, broken.data));
    const Error error = error_of([&] { safetensors::Reader reader(path); });
    EXPECT_EQ(error.code(), ErrorCode::format);
    EXPECT_THAT(error.message(), HasSubstr(path + ": "));
    EXPECT_THAT(error.message(), HasSubstr(broken.cause));
    EXPECT_FALSE(error.remedy().empty());
    EXPECT_LT(std::string(error.what()).size(), 600u);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

TEST(Safetensors, BrokenBeginnings) {
  const tests::TemporaryFolder folder;
  const std::string path = folder / "m.safetensors";
  const auto cause = [&](const std::string& bytes) {
    tests::write_file(path, bytes);
    const Error error = error_of([&] { safetensors::Reader reader(path); });
    EXPECT_EQ(error.code(), ErrorCode::format);
    return error.message();
  };
  const auto with_length = [](std::uint64_t length, const std::string& rest) {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &length, bytes.size());
    return bytes + rest;
  };
  EXPECT_THAT(cause(""), HasSubstr("only 0 bytes"));
  EXPECT_THAT(cause("1234567"), HasSubstr("only 7 bytes"));
  EXPECT_THAT(cause(with_length(0, "{}")), HasSubstr("a header of 0 bytes"));
  EXPECT_THAT(cause(with_length(1, "{}")), HasSubstr("a header of 1 bytes"));
  EXPECT_THAT(cause(with_length(100, "{}")),
              HasSubstr("cut short: its header needs 100 bytes, the file has 2"));
  EXPECT_THAT(cause(with_length(100'000'001, "{}")), HasSubstr("a header of 100000001 bytes"));
  EXPECT_THAT(cause(with_length(std::numeric_limits<std::uint64_t>::max(), "{}")), HasSubstr("a header of"));
  EXPECT_THAT(cause(with_length(std::uint64_t{1} << 63, "{}")), HasSubstr("a header of"));
  EXPECT_THAT(cause("II*\0a GeoTIFF, say"), HasSubstr("not a safetensors file"));
}

TEST(Safetensors, FilesThatAreNone) {
  const tests::TemporaryFolder folder;
  EXPECT_EQ(error_of([&] { safetensors::Reader reader(folder / "none"); }).code(), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { safetensors::Reader reader(folder.path().string()); }).code(), ErrorCode::format);
  EXPECT_EQ(error_of([&] { safetensors::Reader reader("/dev/null"); }).code(), ErrorCode::format);
  EXPECT_EQ(error_of([&] { safetensors::Reader reader(""); }).code(), ErrorCode::usage);
}

TEST(Safetensors, TerminalCodesInNamesDoNotReachMessages) {
  const Error error =
      error_of([] { safetensors::parse_header(R"({"\u001b[2J\u0000\n\u009b":{"dtype":"F32"}})", 0, "m"); });
  for (const char c : std::string(error.what())) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
  EXPECT_THAT(error.message(), HasSubstr("\"?[2J"));
}

TEST(Safetensors, SoundHeaders) {
  using safetensors::parse_header;
  EXPECT_TRUE(parse_header("{}", 0, "m").tensors.empty());
  EXPECT_TRUE(parse_header("{}   ", 0, "m").tensors.empty());
  const auto header = parse_header(R"({"b":{"data_offsets":[2,10],"shape":[],"dtype":"I64"},
      "__metadata__":{"k":"v"},
      "empty":{"dtype":"F32","shape":[0,3],"data_offsets":[2,2]},
      "a":{"dtype":"U8","shape":[1,1,1,2,1],"data_offsets":[0,2]}})",
                                   10, "m");
  ASSERT_EQ(header.tensors.size(), 3u);
  EXPECT_EQ(header.tensors[0].name, "a");
  EXPECT_EQ(header.tensors[1].name, "empty");
  EXPECT_EQ(header.tensors[2].name, "b");
  EXPECT_EQ(header.metadata.at("k"), "v");
  EXPECT_EQ(safetensors::shape_text(header.tensors[2].shape), "scalar");
}

TEST(Safetensors, FloatingPointTypesBecomeSingle) {
  const tests::TemporaryFolder folder;
  const std::string path = folder / "m.safetensors";
  // 1, −2, 65504, the smallest subnormal, −0, infinity and NaN as F16, after one byte that misaligns them.
  const std::uint16_t half[] = {0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00, 0x7e00};
  const std::uint16_t brain[] = {0x3f80, 0xc000};
  const double wide[] = {1.5, -0.1};
  std::string data = "x";
  const auto append = [&](const void* values, std::size_t bytes) {
    data.append(static_cast<const char*>(values), bytes);
  };
  append(half, sizeof half);
  append(brain, sizeof brain);
  append(wide, sizeof wide);
  tests::write_file(path, tests::safetensors_bytes(
                              R"({"pad":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
                                  "half":{"dtype":"F16","shape":[7],"data_offsets":[1,15]},
                                  "brain":{"dtype":"BF16","shape":[2],"data_offsets":[15,19]},
                                  "wide":{"dtype":"F64","shape":[1,2],"data_offsets":[19,35]}})",
                              data));
  safetensors::Reader reader(path);
  const Parameters tensors = reader.read([](const Entry& entry) { return entry.name != "pad"; });
  ASSERT_EQ(tensors.size(), 3u);
  const auto h = tensors.at("half")->values<float>();
  EXPECT_EQ(h[0], 1.0f);
  EXPECT_EQ(h[1], -2.0f);
  EXPECT_EQ(h[2], 65504.0f);
  EXPECT_EQ(h[3], 0x1p-24f);
  EXPECT_TRUE(h[4] == 0 && std::signbit(h[4]));
  EXPECT_EQ(h[5], std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(h[6]));
  EXPECT_EQ(tensors.at("brain")->values<float>()[0], 1.0f);
  EXPECT_EQ(tensors.at("brain")->values<float>()[1], -2.0f);
  EXPECT_EQ(tensors.at("wide")->values<float>()[1], -0.1f);
  EXPECT_EQ(tensors.at("wide")->shape(), (Shape{1, 2}));
}

TEST(Safetensors, WritesAlignedAndTheSameBytesTwice) {
  const tests::TemporaryFolder folder;
  Parameters tensors;
  tensors["b"] = std::make_shared<const Tensor>(Shape{3}, std::span<const float>(std::array{1.f, 2.f, 3.f}));
  tensors["a"] = std::make_shared<const Tensor>(Shape{3}, DType::u8);
  tensors["c \"é\n"] = std::make_shared<const Tensor>(Shape{}, DType::i64);
  for (const char* name : {"1", "2"}) safetensors::write(folder / name, {{"k", "v"}}, tensors, false);
  const std::string bytes = tests::read_file(folder / "1");
  EXPECT_EQ(bytes, tests::read_file(folder / "2"));
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  EXPECT_EQ(length % 8, 0u);
  safetensors::Reader reader(folder / "1");
  ASSERT_EQ(reader.header().tensors.size(), 3u);
  EXPECT_EQ(reader.header().tensors[0].dtype, "I64");
  EXPECT_EQ(reader.header().tensors[1].name, "b");
  EXPECT_EQ(reader.header().tensors[2].dtype, "U8");
  EXPECT_EQ(reader.header().metadata.at("k"), "v");
}

}  // namespace
}  // namespace terramask
