#include "tiles/http_transfer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <ctime>
#include <string_view>

#include "terramask/error.hpp"

namespace terramask::tiles {
namespace {

using Kind = HttpAnswer::Kind;

constexpr long kMostRedirects = 5;
constexpr std::size_t kMostHeaders = 250'000;  // bytes, including responses with redirects

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(), [](unsigned char c) { return std::tolower(c); });
  return made;
}

double max_age(const std::string& cache_control) {
  const std::size_t at = cache_control.find("max-age=");
  if (at == std::string::npos) return 0;
  double seconds = 0;
  const char* begin = cache_control.data() + at + 8;
  std::from_chars(begin, cache_control.data() + cache_control.size(), seconds);
  return std::clamp(seconds, 0.0, 3.2e7);  // a year
}

/// libcurl stores one line at a time; before 8.6 it had no specific error code for a line that is too long.
bool is_too_long_a_line(CURLcode result) {
#if LIBCURL_VERSION_NUM >= 0x080600
  if (result == CURLE_TOO_LARGE) return true;
#endif
  return result == CURLE_OUT_OF_MEMORY;
}

bool may_pass(CURLcode result) {
  if (is_too_long_a_line(result)) return false;
  switch (result) {
    case CURLE_URL_MALFORMAT:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_WRITE_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return false;
    default:
      return true;
  }
}

}  // namespace

HttpTransfer::HttpTransfer(const std::string& user_agent) : easy_(curl_easy_init()) {
  if (!easy_) throw Error(ErrorCode::out_of_memory, "no transfer can be made: libcurl is out of memory");
  CURL* curl = easy_.get();
  curl_easy_setopt(curl, CURLOPT_USERAGENT, user_agent.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  // Do not wait for a name lookup when stopping.
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, kMostRedirects);
  // A server must not redirect clients to files or other services.
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &HttpTransfer::take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &HttpTransfer::take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl, CURLOPT_PRIVATE, this);
  curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(kLargest));
}

void HttpTransfer::begin(const HttpRequest& request) {
  answer_ = {};
  too_large_ = false;
  header_bytes_ = 0;
  timeout_s_ = request.timeout_s;
  curl_slist* headers = curl_slist_append(nullptr, "Accept: image/webp,image/png,image/jpeg,*/*;q=0.5");
  if (!request.etag.empty()) headers = curl_slist_append(headers, ("If-None-Match: " + request.etag).c_str());
  if (!request.last_modified.empty())
    headers = curl_slist_append(headers, ("If-Modified-Since: " + request.last_modified).c_str());
  headers_.reset(headers);
  CURL* curl = easy_.get();
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_s * 1000));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::min(request.timeout_s, 15.0) * 1000));
}

std::size_t HttpTransfer::take_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::size_t bytes = size * count;
  if (transfer.answer_.bytes.size() + bytes > kLargest) {
    transfer.too_large_ = true;
    return 0;  // aborts the transfer
  }
  transfer.answer_.bytes.append(data, bytes);
  return bytes;
}

std::size_t HttpTransfer::take_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  auto& answer = transfer.answer_;
  const std::string_view line(data, size * count);
  transfer.header_bytes_ += line.size();
  if (transfer.header_bytes_ > kMostHeaders) return 0;  // aborts the transfer
  if (line.starts_with("HTTP/")) {                      // of the next response, after a redirect
    answer = {};
    return line.size();
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  const std::string name = lower(line.substr(0, colon));
  const std::string value(trimmed(line.substr(colon + 1)));
  // Longer values are not sent back: servers refuse requests with long header lines.
  constexpr std::size_t longest = 1024;
  if (name == "etag" && value.size() <= longest) answer.etag = value;
  if (name == "last-modified" && value.size() <= longest) answer.last_modified = value;
  if (name == "cache-control") answer.lifetime_s = max_age(lower(value));
  if (name == "expires" && answer.lifetime_s == 0) {
    const std::time_t until = curl_getdate(value.c_str(), nullptr);
    answer.lifetime_s = until < 0 ? 0 : std::max(0.0, std::difftime(until, std::time(nullptr)));
  }
  return line.size();
}

bool HttpTransfer::sent_elsewhere() const {
  const char* url = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_EFFECTIVE_URL, &url);
  return url != nullptr && !std::string_view(url).starts_with("http");
}

std::string HttpTransfer::failure(CURLcode result) const {
  if (too_large_ || result == CURLE_FILESIZE_EXCEEDED)
    return fmt::format("more than {} MiB, which no tile is", kLargest >> 20U);
  if (header_bytes_ > kMostHeaders || is_too_long_a_line(result))
    return fmt::format("an answer with too large headers (a line of more than 100 kB, or {} kB together)",
                       kMostHeaders / 1000);
  switch (result) {
    case CURLE_OPERATION_TIMEDOUT:
      return fmt::format("no whole answer within {:g} s", timeout_s_);
    case CURLE_COULDNT_RESOLVE_HOST:
      return "cannot be reached: the host is not known";
    case CURLE_COULDNT_CONNECT:
      return "cannot be reached: no connection";
    case CURLE_PARTIAL_FILE:
      return fmt::format("the answer was cut short after {} bytes", answer_.bytes.size());
    case CURLE_GOT_NOTHING:
      return "the server closed the connection without an answer";
    case CURLE_TOO_MANY_REDIRECTS:
      return fmt::format("sent on more than {} times", kMostRedirects);
    case CURLE_UNSUPPORTED_PROTOCOL:
      return sent_elsewhere() ? "sent on to something else than http or https" : "an answer that is not HTTP";
    default:
      return curl_easy_strerror(result);
  }
}

HttpAnswer HttpTransfer::by_status() const {
  HttpAnswer answer = answer_;
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_off_t wait = 0;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &wait) == CURLE_OK)
    answer.wait_s = static_cast<double>(wait);
  answer.cause = fmt::format("HTTP {}", status);
  if (status == 200) {
    answer.kind = Kind::bytes;
  } else if (status == 304) {
    answer.kind = Kind::unchanged;
  } else if (status == 204 || status == 404 || status == 410) {
    answer.kind = Kind::missing;
  } else if (status == 408 || status == 429 || status >= 500) {
    answer.kind = Kind::again;
    answer.slow_down = status == 429 || status == 503;
  } else {
    answer.kind = Kind::failed;
    if (status == 401 || status == 403) answer.cause += ": refused (is the key right, and its use allowed?)";
  }
  return answer;
}

HttpAnswer HttpTransfer::finish(CURLcode result) {
  if (result == CURLE_OK) {
    HttpAnswer answer = by_status();
    const char* type = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_TYPE, &type);
    if (type != nullptr) answer.content_type = type;
    return answer;
  }
  HttpAnswer answer;
  const bool elsewhere = result == CURLE_UNSUPPORTED_PROTOCOL && sent_elsewhere();
  answer.kind = may_pass(result) && !too_large_ && !elsewhere ? Kind::again : Kind::failed;
  answer.cause = failure(result);
  return answer;
}

}  // namespace terramask::tiles
