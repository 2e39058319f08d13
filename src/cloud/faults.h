// What goes wrong on purpose (`live cloud --faults SPEC`): the errors, losses and outages that src/simulation
// plays, for real. Decides, by a seed, and performs no I/O; docs/cloud.md has the grammar.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "cloud/call.h"

namespace live::cloud {

class Faults {
 public:
  // Whose network: a function's credentials make a stub's, all others the client's.
  enum class Side { client, stubs };
  enum class Network {
    there,
    away,       // what is sent waits, and arrives when the network is back: as TCP has it
    blackhole,  // what is sent is lost; connections that were open stay half open
  };
  enum class Fate { served, refused, refused_though_done, request_lost, answer_lost };
  struct OfRequest {
    Fate fate = Fate::served;
    int status = 0;         // when refused: 429
    Milliseconds delay{0};  // before anything else
  };
  struct OfMessage {
    bool dropped = false, duplicated = false, garbled = false, replayed = false;
    bool overtaken = false;  // the next one goes first
    bool closes = false;     // the gateway closes the connection after it
    Milliseconds delay{0};
    bool none() const {
      return !dropped && !duplicated && !garbled && !replayed && !overtaken && !closes && delay.count() == 0;
    }
  };

  Faults() = default;  // none
  // A wrong part is named, with what there is in its place. "" and "none": none. `seed=N` in SPEC prevails.
  static Result<Faults> parse(std::string_view spec, uint64_t seed);
  static uint64_t seed_from(Ids& ids);  // of six digits: somebody may have to type it

  bool none() const { return rules_.empty(); }
  std::string text() const;  // a SPEC that gives the same again, or "none"

  OfRequest of_request(std::string_view service);  // "execute-api": @connections alone
  OfMessage of_message(Side to);
  bool refuses_dial(Side from);
  Network network(Side side) const;
  bool hangs_up(Side side) const;  // connections that are open when these faults begin are closed
  uint64_t below(uint64_t limit) { return draw(state_) % limit; }

 private:
  enum class What {
    status,
    status_though_done,
    request_lost,
    answer_lost,
    delay,
    drop,
    duplicate,
    garble,
    replay,
    reorder,
    close,
    hang_up,
    refuse,
    away,
    blackhole,
  };
  struct Kind;
  struct Rule {
    std::string target;
    What what = What::status;
    int status = 0;
    Milliseconds delay{0};
    double share = 1;
    uint64_t state = 0;  // of its own: another rule's draws do not change it
  };

  static const std::vector<Kind>& kinds();
  static Result<Rule> parse_rule(std::string_view target, std::string_view text);
  static uint64_t draw(uint64_t& state);
  static bool concerns(const Rule& rule, Side side);
  bool happens(Rule& rule) { return double(draw(rule.state) >> 11) * 0x1p-53 < rule.share; }
  bool has(What what, Side side) const;

  std::vector<Rule> rules_;
  std::string spec_;
  uint64_t seed_ = 0, state_ = 0;
};

// What an injected refusal looks like there: DynamoDB says "429" as a 400 ThrottlingException, S3 as
// SlowDown.
ApiError injected_error(std::string_view service, int status);

}  // namespace live::cloud
