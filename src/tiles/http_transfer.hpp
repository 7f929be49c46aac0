// One request and its answer, over libcurl.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace terramask::tiles {

struct HttpRequest {
  std::string url{};
  std::string etag{}, last_modified{};  ///< of what is known already; empty: nothing is
  double timeout_s = 30;
};

/// What an answer means for a tile.
struct HttpAnswer {
  enum class Kind : std::uint8_t {
    bytes,      ///< 200
    missing,    ///< 204, 404, 410
    unchanged,  ///< 304
    again,      ///< failed in a way that may pass: no connection, time-out, cut short, 408, 429, 5xx
    failed,     ///< will fail again: other statuses, too large, too many redirects
  };
  Kind kind = Kind::failed;
  std::string bytes{};
  std::string etag{}, last_modified{}, content_type{};
  std::string cause{};     ///< without the address
  double lifetime_s = 0;   ///< the server's max-age; 0: none given
  double wait_s = 0;       ///< the server's Retry-After
  bool slow_down = false;  ///< 429 or 503: it is not this tile alone
};

/// A transfer that a curl_multi drives, once.
class HttpTransfer {
 public:
  /// @param user_agent  sent with every request
  explicit HttpTransfer(const std::string& user_agent);

  void begin(const HttpRequest& request);
  /// What came of it. @param result  as curl_multi_info_read tells it
  HttpAnswer finish(CURLcode result);
  CURL* handle() const { return easy_.get(); }

  static constexpr std::size_t kLargest = std::size_t{16} << 20U;  ///< bytes of a body

 private:
  struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);
  HttpAnswer by_status() const;
  bool sent_elsewhere() const;  ///< to a protocol that is not followed
  std::string failure(CURLcode result) const;

  std::unique_ptr<CURL, Cleanup> easy_;
  std::unique_ptr<curl_slist, Cleanup> headers_;
  HttpAnswer answer_;
  bool too_large_ = false;
  std::size_t header_bytes_ = 0;
  double timeout_s_ = 0;
};

}  // namespace terramask::tiles
