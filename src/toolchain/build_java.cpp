// Java and its like: the project's classes and the jars that they need, as Maven or Gradle say, and AWS's
// runtime interface client, which Lambda's own runtime has beside them.
#include <algorithm>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>

#include "base/file.h"
#include "toolchain/tool_run.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kClient = "aws-lambda-java-runtime-interface-client", kClientVersion = "2.6.0";

std::vector<fs::path> paths_in(std::string class_path) {
  boost::trim(class_path);
  std::vector<std::string> parts;
  boost::split(parts, class_path, boost::is_any_of(":\n"), boost::token_compress_on);
  std::vector<fs::path> paths;
  for (auto const& part : parts)
    if (!part.empty()) paths.emplace_back(part);
  return paths;
}

// As Lambda searches a package: its own classes, and the jars in lib.
std::vector<fs::path> as_it_lies(const fs::path& package) {
  std::vector<fs::path> found{package};
  std::error_code ignored;
  for (auto const& entry : fs::directory_iterator(package / "lib", ignored))
    if (entry.path().extension() == ".jar") found.push_back(entry.path());
  return found;
}

bool has_client(const std::vector<fs::path>& class_path) {
  return std::ranges::any_of(class_path,
                             [](auto const& path) { return path.filename().string().starts_with(kClient); });
}

// A project's own wrapper, which brings its tool in the version that it wants.
std::string program_of(const Project& project, const char* wrapper, const char* otherwise) {
  return is_executable(project.root / wrapper) ? (project.root / wrapper).string() : otherwise;
}

std::string client_project() {
  return fmt::format(R"(<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>live</groupId><artifactId>runtime</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.amazonaws</groupId><artifactId>{}</artifactId><version>{}</version></dependency>
  </dependencies>
</project>
)",
                     kClient, kClientVersion);
}

// Kept beside what is made, until another version of us wants another of it.
Async<Result<std::vector<fs::path>>> client_by_maven(ToolRun& run, std::string maven) {
  auto const folder = run.made().parent_path() / fmt::format("java-{}", kClientVersion);
  auto const kept = folder / "class-path";
  if (auto const text = read_file(kept); text.has_value()) {
    auto paths = paths_in(text.value());
    if (std::ranges::all_of(paths, [](auto const& path) { return fs::exists(path); })) co_return paths;
  }
  LIVE_CO_TRY(write_file(folder / "pom.xml", client_project()));
  std::vector<std::string> command{std::move(maven), "-q", "-B", "dependency:build-classpath",
                                   "-Dmdep.outputFile=" + kept.string()};
  LIVE_CO_TRY(co_await run.run(std::move(command), folder));
  LIVE_CO_TRY(auto const text, read_file(kept));
  co_return paths_in(text);
}

constexpr std::string_view kGradleScript = R"(allprojects {
  afterEvaluate { project ->
    if (!project.plugins.hasPlugin('java')) return
    def register = project.tasks.respondsTo('register') ? 'register' : 'create' // Gradle before 4.9
    project.tasks."$register"('liveClassPath') {
      dependsOn 'classes'
      doLast {
        def client = project.configurations.detachedConfiguration(project.dependencies.create('com.amazonaws:CLIENT'))
        println 'live-class-path=' + (project.sourceSets.main.runtimeClasspath + client).asPath
      }
    }
  }
}
)";

std::string gradle_script() {
  std::string script(kGradleScript);
  constexpr std::string_view kPlace = "CLIENT";
  return script.replace(script.find(kPlace), kPlace.size(), fmt::format("{}:{}", kClient, kClientVersion));
}

}  // namespace

Async<Result<ToolProduct>> build_with_maven(ToolRun& run, ToolSource source, Project project) {
  auto const maven = program_of(project, "mvnw", "mvn");
  auto const written = run.made() / "class-path";
  LIVE_CO_TRY(write_file(written, ""));
  std::vector<std::string> command{maven,
                                   "-q",
                                   "-B",
                                   "-DskipTests",
                                   "-f",
                                   (project.root / "pom.xml").string(),
                                   "compile",
                                   "dependency:build-classpath",
                                   "-Dmdep.includeScope=runtime",
                                   "-Dmdep.outputFile=" + written.string()};
  if (project.folder != project.root)
    command.insert(command.end(), {"-pl", project.folder.lexically_relative(project.root).string(), "-am"});
  LIVE_CO_TRY(co_await run.run(std::move(command), project.root, variables_of(source.options)));
  LIVE_CO_TRY(auto const text, read_file(written));
  ToolProduct product{
      .task_root = project.folder, .executable = {}, .class_path = paths_in(text), .folders = {project.root}};
  product.class_path.insert(product.class_path.begin(), project.folder / "target/classes");
  if (!has_client(product.class_path)) {
    LIVE_CO_TRY(auto const client, co_await client_by_maven(run, maven));
    product.class_path.insert(product.class_path.end(), client.begin(), client.end());
  }
  co_return product;
}

Async<Result<ToolProduct>> build_with_jar(ToolRun& run, ToolSource source, Project project) {
  ToolProduct product{.task_root = source.path,
                      .executable = {},
                      .class_path = as_it_lies(source.path),
                      .folders = {project.root}};
  if (!has_client(product.class_path)) {
    LIVE_CO_TRY(auto const client, co_await client_by_maven(run, "mvn"));
    product.class_path.insert(product.class_path.end(), client.begin(), client.end());
  }
  co_return product;
}

Async<Result<ToolProduct>> build_with_gradle(ToolRun& run, ToolSource source, Project project) {
  auto const script = run.made() / "live.gradle";
  LIVE_CO_TRY(write_file(script, gradle_script()));
  std::vector<std::string> command{program_of(project, "gradlew", "gradle"),
                                   "-q",
                                   "--console=plain",
                                   "--init-script",
                                   script.string(),
                                   "-p",
                                   project.folder.string(),
                                   "liveClassPath"};
  LIVE_CO_TRY(auto said, co_await run.run(std::move(command), project.root, variables_of(source.options)));
  constexpr std::string_view kBefore = "live-class-path=";
  auto const at = said.out.find(kBefore);
  if (at == std::string::npos)
    co_return fault(fmt::format("{} is no Gradle project with the plugin java", project.folder.string()));
  auto const begin = at + kBefore.size();
  auto class_path = paths_in(said.out.substr(begin, said.out.find('\n', begin) - begin));
  co_return ToolProduct{.task_root = project.folder,
                        .executable = {},
                        .class_path = std::move(class_path),
                        .folders = {project.root}};
}

}  // namespace live
