#include "toolchain/dotnet_client.h"

#include <fmt/format.h>

#include "base/file.h"
#include "toolchain/dotnet_framework.h"

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
    <OutputType>{}</OutputType>
    <TargetFramework>{}</TargetFramework>
    <UseAppHost>false</UseAppHost>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>{}</ItemGroup>
  <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
</Project>
)";

// The newest, as Lambda's own runtimes have it; its version 2 is for .NET 8 and newer.
std::string aws_client(const std::string& framework) {
  return fmt::format(R"(<PackageReference Include="Amazon.Lambda.RuntimeSupport" Version="{}" />)",
                     major_version(framework) < 8 ? "1.*" : "*");
}

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

// Processes that the function starts answer nothing, and wait for nobody. A debugger that stops the process
// stops the thread that answers. What runtime/dotnet_probe.cpp understands.
constexpr std::string_view kHook = R"(using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;

static class StartupHook
{
    static FileStream answers;

    public static void Initialize()
    {
        string[] told = Take("LIVE_INSPECT").Split(new[] { ':' }, 2);
        string ours = typeof(StartupHook).Assembly.Location;
        string others = string.Join(":", Take("DOTNET_STARTUP_HOOKS").Split(':').Where(one => one != ours));
        if (others != "") Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", others);
        if (told.Length != 2) return;
        answers = Open(told[1] + "/answers", FileAccess.Write);
        var thread = new Thread(Answer, 256 * 1024) { IsBackground = true, Name = "live" };
        thread.Start(Open(told[1] + "/questions", FileAccess.Read));
        if (told[0] != "wait") return;
        while (!Debugger.IsAttached) Thread.Sleep(50);
        Say('i');
    }

    static string Take(string variable)
    {
        string value = Environment.GetEnvironmentVariable(variable) ?? "";
        Environment.SetEnvironmentVariable(variable, null);
        return value;
    }

    static FileStream Open(string file, FileAccess access) =>
        new FileStream(file, FileMode.Open, access, FileShare.ReadWrite, 1);

    static void Answer(object questions)
    {
        while (((FileStream)questions).ReadByte() >= 0) Say('a');
    }

    static void Say(char what)
    {
        lock (answers)
        {
            answers.WriteByte((byte)what);
            answers.Flush();
        }
    }
}
)";

struct Made {
  std::string name;  // of the assembly
  fs::path folder;
  std::string project, source;  // its texts
  fs::path assembly() const { return folder / "out" / (name + ".dll"); }
  fs::path project_file() const { return folder / (name + ".csproj"); }
  fs::path source_file() const { return folder / "Program.cs"; }
};

bool has_text(const fs::path& file, const std::string& text) {
  auto const known = read_file(file);
  return known.has_value() && known.value() == text;
}

bool is_there(const Made& made) {
  return has_text(made.project_file(), made.project) && has_text(made.source_file(), made.source) &&
         fs::exists(made.assembly());
}

Async<Result<fs::path>> make(ToolRun& run, const Made made, fs::path settings) {
  if (is_there(made)) co_return made.assembly();
  std::error_code ignored;
  fs::remove(made.assembly(), ignored);
  LIVE_CO_TRY(write_file(made.project_file(), made.project));
  LIVE_CO_TRY(write_file(made.source_file(), made.source));
  std::vector<std::string> command{"dotnet",
                                   "build",
                                   made.project_file().string(),
                                   "--nologo",
                                   "-v",
                                   "quiet",
                                   "-clp:NoSummary",
                                   "-p:RestoreRootConfigDirectory=" + settings.string(),
                                   "-o",
                                   (made.folder / "out").string()};
  LIVE_CO_TRY(co_await run.run(std::move(command), settings));
  co_return made.assembly();
}

}  // namespace

Async<Result<fs::path>> dotnet_client(ToolRun& run, std::string framework, fs::path settings) {
  Made const client{.name = "LiveBootstrap",
                    .folder = run.made().parent_path() / ("dotnet-" + framework),
                    .project = fmt::format(kProject, "Exe", framework, aws_client(framework)),
                    .source = std::string(kProgram)};
  auto const built = co_await make(run, client, std::move(settings));
  if (built.has_value()) co_return built.value();
  co_return fault(
      built.error().kind,
      fmt::format(
          "a class library of .NET runs by AWS's package Amazon.Lambda.RuntimeSupport, which could not "
          "be had from NuGet: see that `dotnet nuget list source` names a source that has it and can "
          "be reached, and save again\n{}",
          built.error().message));
}

Async<Result<fs::path>> dotnet_debugger_hook(ToolRun& run, std::string framework, fs::path settings) {
  Made const hook{.name = "LiveDebugger",
                  .folder = run.made().parent_path() / ("dotnet-debugger-" + framework),
                  .project = fmt::format(kProject, "Library", framework, ""),
                  .source = std::string(kHook)};
  co_return co_await make(run, hook, std::move(settings));
}

}  // namespace live
