// IAM's actions, in files by what they are about.
#pragma once

#include "cloud/world.h"

namespace live::cloud {

void add_role_actions(World& world);
void add_user_actions(World& world);
void add_policy_actions(World& world);            // managed policies of the account and of AWS
void add_principal_policy_actions(World& world);  // inline policies, attachments and tags of roles and users

void add_simulation(World& world);  // what a principal's policies would decide

}  // namespace live::cloud
