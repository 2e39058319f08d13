// Extensions that layers bring: Lambda starts them beside a function, and nobody does here.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace live {

// The names of a layer's extensions, in order.
std::vector<std::string> extensions_in(const std::filesystem::path& layer);

// What is not there without them, as far as we know the layer: "nothing answers at localhost:2773 …".
std::string lacks_without(std::string_view layer, const std::vector<std::string>& extensions);

}  // namespace live
