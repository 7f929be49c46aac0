// One HTTP request and its response, over libcurl.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace terramask::tiles {

struct HttpRequest {
  std::string url{};
  std::string etag{}, last_modified{};  ///< of the known version; empty: none
  double timeout_s = 30;
};

/// The meaning of a response for a tile.
struct HttpAnswer {
  enum class Kind : std::uint8_t {
    bytes,      ///< 200
    missing,    ///< 204, 404, 410
    unchanged,  ///< 304
    again,      ///< temporary failure: no connection, time-out, cut short, 408, 429, 5xx
    failed,     ///< permanent failure: other statuses, too large, too many redirects
  };
  Kind kind = Kind::failed;
  std::string bytes{};
  std::string etag{}, last_modified{}, content_type{};
  std::string cause{};     ///< without the URL
  double lifetime_s = 0;   ///< the server's max-age; 0: none
  double wait_s = 0;       ///< the server's Retry-After
  bool slow_down = false;  ///< 429 or 503: not specific to this tile
};

/// A single-use transfer, driven by a curl_multi.
class HttpTransfer {
 public:
  /// @param user_agent  sent with every request
  explicit HttpTransfer(const std::string& user_agent);

  void begin(const HttpRequest& request);
  /// The outcome. @param result  as returned by curl_multi_info_read
  HttpAnswer finish(CURLcode result);
  CURL* handle() const { return easy_.get(); }

  static constexpr std::size_t kLargest = std::size_t{16} << 20U;  ///< maximum bytes of a body

 private:
  struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);
  HttpAnswer by_status() const;
  bool sent_elsewhere() const;  ///< to an unsupported protocol
  std::string failure(CURLcode result) const;

  std::unique_ptr<CURL, Cleanup> easy_;
  std::unique_ptr<curl_slist, Cleanup> headers_;
  HttpAnswer answer_;
  bool too_large_ = false;
  std::size_t header_bytes_ = 0;
  double timeout_s_ = 0;
};

}  // namespace terramask::tiles
