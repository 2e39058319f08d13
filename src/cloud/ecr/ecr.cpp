#include "cloud/ecr/ecr.h"

#include "cloud/input.h"

namespace live::cloud {

namespace {

constexpr std::string_view kind = "ecr.repository";

ApiError no_repository(World& world, std::string_view name) {
  return api_error(400, "RepositoryNotFoundException",
                   fmt::format("The repository with name '{}' does not exist in the registry with id '{}'",
                               name, world.account));
}

ApiResult<json::object> load(World& world, const Call& call) {
  LIVE_API_TRY(auto name, required(call.input, "repositoryName", "InvalidParameterException"));
  auto repository = world.store.get(kind, call.region, name);
  if (repository) return std::move(*repository);
  return no_repository(world, name);
}

void save(World& world, const Call& call, const json::object& repository) {
  world.store.put(kind, call.region, string_or(repository, "repositoryName"), repository);
}

json::object shown(json::object repository) {
  for (auto ours : {"policyText", "lifecyclePolicyText", "tags"}) repository.erase(ours);
  return repository;
}

// What most answers begin with.
json::object named(World& world, const json::object& repository) {
  return {{"registryId", world.account}, {"repositoryName", string_or(repository, "repositoryName")}};
}

ApiResult<json::object> create_repository(World& world, const Call& call) {
  LIVE_API_TRY(auto name, required(call.input, "repositoryName", "InvalidParameterException"));
  if (world.store.get(kind, call.region, name)) {
    return api_error(400, "RepositoryAlreadyExistsException",
                     fmt::format("The repository with name '{}' already exists in the registry with id '{}'",
                                 name, world.account));
  }
  json::object repository{
      {"repositoryArn", fmt::format("arn:aws:ecr:{}:{}:repository/{}", call.region, world.account, name)},
      {"registryId", world.account},
      {"repositoryName", name},
      {"repositoryUri", fmt::format("{}.dkr.ecr.{}.amazonaws.com/{}", world.account, call.region, name)},
      {"createdAt", epoch_seconds(world.clock.now())},
      {"imageTagMutability", string_or(call.input, "imageTagMutability", "MUTABLE")}};
  auto scanning = find_object(call.input, "imageScanningConfiguration");
  auto encryption = find_object(call.input, "encryptionConfiguration");
  repository["imageScanningConfiguration"] = scanning ? *scanning : json::object{{"scanOnPush", false}};
  repository["encryptionConfiguration"] =
      encryption ? *encryption : json::object{{"encryptionType", "AES256"}};
  if (auto tags = find_array(call.input, "tags")) repository["tags"] = *tags;
  save(world, call, repository);
  return json::object{{"repository", shown(std::move(repository))}};
}

ApiResult<json::object> describe_repositories(World& world, const Call& call) {
  json::array found;
  auto names = strings(call.input, "repositoryNames");
  for (auto& name : names) {
    auto repository = world.store.get(kind, call.region, name);
    if (!repository) return no_repository(world, name);
    found.push_back(shown(std::move(*repository)));
  }
  if (!names.empty()) return json::object{{"repositories", std::move(found)}};
  auto all = world.store.list(kind, call.region);
  auto page = page_of(all.size(), call.input, "nextToken", "maxResults", 100);
  for (size_t i = page.begin; i < page.end; ++i) found.push_back(shown(std::move(all[i].second)));
  json::object answer{{"repositories", std::move(found)}};
  if (!page.next.empty()) answer["nextToken"] = page.next;
  return answer;
}

ApiResult<json::object> delete_repository(World& world, const Call& call) {
  LIVE_API_TRY(auto repository, load(world, call));
  world.store.erase(kind, call.region, string_or(repository, "repositoryName"));
  return json::object{{"repository", shown(std::move(repository))}};
}

// A repository policy and a lifecycle policy are texts that are put, read and removed alike.
struct TextKind {
  std::string_view member, missing_code, missing_text;
};
constexpr TextKind policy{"policyText", "RepositoryPolicyNotFoundException", "Repository policy"};
constexpr TextKind lifecycle{"lifecyclePolicyText", "LifecyclePolicyNotFoundException", "Lifecycle policy"};

ApiResult<json::object> put_text(World& world, const Call& call, const TextKind& text_kind) {
  LIVE_API_TRY(auto repository, load(world, call));
  LIVE_API_TRY(auto text, required(call.input, text_kind.member, "InvalidParameterException"));
  if (parse_json_object(text).has_error()) {
    return api_error(400, "InvalidParameterException",
                     fmt::format("Invalid parameter at '{}' failed to satisfy constraint: 'Invalid JSON'",
                                 text_kind.member));
  }
  repository[text_kind.member] = text;
  save(world, call, repository);
  auto answer = named(world, repository);
  answer[text_kind.member] = text;
  return answer;
}

ApiResult<json::object> get_text(World& world, const Call& call, const TextKind& text_kind) {
  LIVE_API_TRY(auto repository, load(world, call));
  auto text = find_string(repository, text_kind.member);
  if (!text) {
    return api_error(
        400, std::string(text_kind.missing_code),
        fmt::format("{} does not exist for the repository with name '{}' in the registry with id '{}'",
                    text_kind.missing_text, string_or(repository, "repositoryName"), world.account));
  }
  auto answer = named(world, repository);
  answer[text_kind.member] = *text;
  return answer;
}

ApiResult<json::object> delete_text(World& world, const Call& call, const TextKind& text_kind) {
  LIVE_API_TRY(auto answer, get_text(world, call, text_kind));
  LIVE_API_TRY(auto repository, load(world, call));
  repository.erase(text_kind.member);
  save(world, call, repository);
  return answer;
}

ApiResult<json::object> put_image_scanning_configuration(World& world, const Call& call) {
  LIVE_API_TRY(auto repository, load(world, call));
  auto configuration = find_object(call.input, "imageScanningConfiguration");
  if (!configuration) {
    return api_error(400, "InvalidParameterException", "imageScanningConfiguration must not be null");
  }
  repository["imageScanningConfiguration"] = *configuration;
  save(world, call, repository);
  auto answer = named(world, repository);
  answer["imageScanningConfiguration"] = *configuration;
  return answer;
}

ApiResult<json::object> put_image_tag_mutability(World& world, const Call& call) {
  LIVE_API_TRY(auto repository, load(world, call));
  LIVE_API_TRY(auto mutability, required(call.input, "imageTagMutability", "InvalidParameterException"));
  repository["imageTagMutability"] = mutability;
  save(world, call, repository);
  auto answer = named(world, repository);
  answer["imageTagMutability"] = mutability;
  return answer;
}

ApiResult<json::object> load_by_arn(World& world, const Call& call) {
  LIVE_API_TRY(auto arn, required(call.input, "resourceArn", "InvalidParameterException"));
  auto prefix = fmt::format("arn:aws:ecr:{}:{}:repository/", call.region, world.account);
  auto name = arn.starts_with(prefix) ? arn.substr(prefix.size()) : arn;
  auto repository = world.store.get(kind, call.region, name);
  if (repository) return std::move(*repository);
  return no_repository(world, name);
}

json::array tags_of(const json::object& repository) {
  auto tags = find_array(repository, "tags");
  return tags ? *tags : json::array();
}

ApiResult<json::object> tag_resource(World& world, const Call& call) {
  LIVE_API_TRY(auto repository, load_by_arn(world, call));
  auto tags = tags_of(repository);
  if (auto more = find_array(call.input, "tags")) merge_tags(tags, *more);
  repository["tags"] = std::move(tags);
  save(world, call, repository);
  return json::object();
}

ApiResult<json::object> untag_resource(World& world, const Call& call) {
  LIVE_API_TRY(auto repository, load_by_arn(world, call));
  auto tags = tags_of(repository);
  remove_tags(tags, strings(call.input, "tagKeys"));
  repository["tags"] = std::move(tags);
  save(world, call, repository);
  return json::object();
}

ApiResult<json::object> list_tags_for_resource(World& world, const Call& call) {
  LIVE_API_TRY(auto repository, load_by_arn(world, call));
  return json::object{{"tags", tags_of(repository)}};
}

// No image can be pushed here, so a repository that exists has none.
ApiResult<json::object> list_images(World& world, const Call& call) {
  LIVE_API_TRY(load(world, call));
  return json::object{{"imageIds", json::array()}};
}

ApiResult<json::object> describe_images(World& world, const Call& call) {
  LIVE_API_TRY(load(world, call));
  auto wanted = find_array(call.input, "imageIds");
  if (!wanted || wanted->empty()) return json::object{{"imageDetails", json::array()}};
  return api_error(
      400, "ImageNotFoundException",
      fmt::format("The image with imageId {} does not exist within the repository with name '{}' in the "
                  "registry with id '{}'",
                  json::serialize(wanted->front()), string_or(call.input, "repositoryName"), world.account));
}

}  // namespace

void add_ecr(World& world, Front& front) {
  front.add_json("ecr", "AmazonEC2ContainerRegistry_V20150921", "1.1");
  auto add = [&world](std::string_view name, ApiResult<json::object> (*run)(World&, const Call&)) {
    world.actions.add_plain("ecr", name, [&world, run](const Call& call) { return run(world, call); });
  };
  auto add_text = [&world](std::string_view name, const TextKind& text_kind,
                           ApiResult<json::object> (*run)(World&, const Call&, const TextKind&)) {
    world.actions.add_plain(
        "ecr", name, [&world, &text_kind, run](const Call& call) { return run(world, call, text_kind); });
  };
  add("CreateRepository", create_repository);
  add("DescribeRepositories", describe_repositories);
  add("DeleteRepository", delete_repository);
  add_text("SetRepositoryPolicy", policy, put_text);
  add_text("GetRepositoryPolicy", policy, get_text);
  add_text("DeleteRepositoryPolicy", policy, delete_text);
  add_text("PutLifecyclePolicy", lifecycle, put_text);
  add_text("GetLifecyclePolicy", lifecycle, get_text);
  add_text("DeleteLifecyclePolicy", lifecycle, delete_text);
  add("PutImageScanningConfiguration", put_image_scanning_configuration);
  add("PutImageTagMutability", put_image_tag_mutability);
  add("TagResource", tag_resource);
  add("UntagResource", untag_resource);
  add("ListTagsForResource", list_tags_for_resource);
  add("ListImages", list_images);
  add("DescribeImages", describe_images);
}

}  // namespace live::cloud
