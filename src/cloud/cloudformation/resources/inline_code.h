// Code written into a template: one text file, zipped as Lambda takes it.
#pragma once

#include <string>
#include <string_view>

namespace live::cloud::cloudformation {

std::string zip_of_one(std::string_view name, std::string_view content);  // stored, not compressed
// "index.js" or "index.py", by the runtime.
std::string inline_file_name(std::string_view runtime);

}  // namespace live::cloud::cloudformation
