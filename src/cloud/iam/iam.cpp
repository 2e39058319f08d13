#include "cloud/iam/iam.h"

#include "cloud/iam/actions.h"

namespace live::cloud {

void add_iam(World& world, Front& front) {
  front.add_query("iam", "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/");
  add_role_actions(world);
  add_user_actions(world);
  add_policy_actions(world);
  add_principal_policy_actions(world);
  add_simulation(world);
}

}  // namespace live::cloud
