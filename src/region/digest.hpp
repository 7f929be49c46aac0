// What an input was when it was read: digests of files and texts.
#pragma once

#include <string>

namespace terramask::region {

/// SHA-256 of a text, in hexadecimal.
std::string digest_of(const std::string& text);

/// Of all the files a raster is made of (a VRT's too): their sizes, times of change and first 64 KiB, or,
/// with `content`, all their bytes and nothing else. What is no file of this machine is known by its name
/// alone; a file that is not there is known as that.
std::string fingerprint_raster(const std::string& path, bool content);

/// SHA-256 of a file's bytes; throws not_found, io.
std::string digest_of_file(const std::string& path);

}  // namespace terramask::region
