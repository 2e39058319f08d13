#include "toolchain/dotnet_client.h"

#include <fmt/format.h>

#include "base/file.h"

namespace live {
namespace {

namespace fs = std::filesystem;

// It lies in the developer's app, whose own properties of all projects are not for it.
constexpr std::string_view kProject = R"(<Project>
  <PropertyGroup>
    <ImportDirectoryBuildProps>false</ImportDirectoryBuildProps>
    <ImportDirectoryBuildTargets>false</ImportDirectoryBuildTargets>
    <ImportDirectoryPackagesProps>false</ImportDirectoryPackagesProps>
  </PropertyGroup>
  <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>FRAMEWORK</TargetFramework>
    <UseAppHost>false</UseAppHost>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Amazon.Lambda.RuntimeSupport" Version="1.*" />
  </ItemGroup>
  <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
</Project>
)";

// The function's own assemblies come first, as on Lambda; what it does not bring is beside us. The client is
// named in a method of its own, since whatever a method names is loaded before it begins.
constexpr std::string_view kProgram = R"(using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Threading.Tasks;
using Amazon.Lambda.RuntimeSupport;

static class Program
{
    static Task Main(string[] arguments)
    {
        string here = Path.GetDirectoryName(typeof(Program).Assembly.Location);
        AssemblyLoadContext.Default.Resolving += (context, name) =>
        {
            string file = Path.Combine(here, name.Name + ".dll");
            return File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        };
        return Run(arguments[0]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Task Run(string handler) => new RuntimeSupportInitializer(handler).RunLambdaBootstrap();
}
)";

std::string project_for(std::string_view framework) {
  std::string project(kProject);
  constexpr std::string_view kPlace = "FRAMEWORK";
  return project.replace(project.find(kPlace), kPlace.size(), framework);
}

bool is_made(const fs::path& folder, const fs::path& assembly, const std::string& project) {
  auto const known = read_file(folder / "Live.Bootstrap.csproj");
  return known.has_value() && known.value() == project && fs::exists(assembly);
}

}  // namespace

Async<Result<fs::path>> dotnet_client(ToolRun& run, std::string framework, fs::path settings) {
  auto const folder = run.made().parent_path() / ("dotnet-" + framework);
  auto const assembly = folder / "out/Live.Bootstrap.dll";
  auto const project = project_for(framework);
  if (is_made(folder, assembly, project)) co_return assembly;
  std::error_code ignored;
  fs::remove(assembly, ignored);
  LIVE_CO_TRY(write_file(folder / "Live.Bootstrap.csproj", project));
  LIVE_CO_TRY(write_file(folder / "Program.cs", std::string(kProgram)));
  std::vector<std::string> command{"dotnet",
                                   "build",
                                   (folder / "Live.Bootstrap.csproj").string(),
                                   "--nologo",
                                   "-v",
                                   "quiet",
                                   "-clp:NoSummary",
                                   "-p:RestoreRootConfigDirectory=" + settings.string(),
                                   "-o",
                                   (folder / "out").string()};
  auto const built = co_await run.run(std::move(command), settings);
  if (built.has_value()) co_return assembly;
  co_return fault(
      built.error().kind,
      fmt::format(
          "a class library of .NET runs by AWS's package Amazon.Lambda.RuntimeSupport, which could not "
          "be had from NuGet: see that `dotnet nuget list source` names a source that has it and can "
          "be reached, and save again\n{}",
          built.error().message));
}

}  // namespace live
