// Names in archives are UTF-8, which libarchive makes known only where the locale is.
#pragma once

#include <locale.h>

namespace live {

// Of this thread, while it is there.
class Utf8Locale {
 public:
  Utf8Locale() : own_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (own_) before_ = ::uselocale(own_);
  }
  ~Utf8Locale() {
    if (!own_) return;
    ::uselocale(before_);
    ::freelocale(own_);
  }
  Utf8Locale(const Utf8Locale&) = delete;

 private:
  locale_t own_, before_{};
};

}  // namespace live
