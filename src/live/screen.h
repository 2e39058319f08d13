// A terminal whose last lines can stay where they are while others scroll past above them. Decides what is
// written; the cursor rests below what is pinned, at the beginning of a line, so that whatever ends us leaves
// it tidy.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace live {

class Screen {
 public:
  using Write = std::function<void(std::string_view bytes)>;
  struct Size {
    size_t columns = 80, rows = 24;
  };
  using Measure = std::function<Size()>;

  Screen(Write write, Measure measure);

  void print(std::string_view line);
  // In the place of those before; drawn by draw(), each on a row of its own, cut where it does not fit.
  void pin(std::vector<std::string> lines);
  void draw();    // what has changed since, or been in the way of print()
  void clear();   // takes away what is drawn; the next draw() brings it back
  void forget();  // somebody else has written: what is drawn stays above

  bool has_pinned() const { return !pinned_.empty(); }
  bool is_drawn() const { return !drawn_.empty(); }
  Size size() const { return measure_(); }

 private:
  std::vector<std::string> fitting(Size size) const;

  Write write_;
  Measure measure_;
  std::vector<std::string> pinned_;
  std::vector<std::string> drawn_;  // as it stands there now
};

}  // namespace live
