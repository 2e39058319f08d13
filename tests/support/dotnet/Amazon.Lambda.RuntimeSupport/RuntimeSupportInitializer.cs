using System;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Amazon.Lambda.Core;

namespace Amazon.Lambda.RuntimeSupport
{
    public class RuntimeSupportInitializer
    {
        readonly string handler;
        readonly HttpClient client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        readonly string api = $"http://{Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API")}/2018-06-01/runtime/";

        public RuntimeSupportInitializer(string handler) => this.handler = handler;

        public async Task RunLambdaBootstrap()
        {
            Function function;
            try
            {
                function = new Function(handler);
            }
            catch (Exception error)
            {
                await client.PostAsync(api + "init/error", Described(error));
                throw;
            }
            while (true)
            {
                using HttpResponseMessage next = await client.GetAsync(api + "invocation/next");
                var context = new Context(next);
                string answers = $"{api}invocation/{context.AwsRequestId}/";
                try
                {
                    var answer = new ByteArrayContent(await function.Run(await next.Content.ReadAsStreamAsync(), context));
                    await client.PostAsync(answers + "response", answer);
                }
                catch (Exception error)
                {
                    await client.PostAsync(answers + "error", Described(error));
                }
            }
        }

        static HttpContent Described(Exception error)
        {
            Exception own = (error as TargetInvocationException)?.InnerException ?? error;
            string[] stack = own.StackTrace?.Split('\n');
            return new StringContent(JsonSerializer.Serialize(new { errorMessage = own.Message, errorType = own.GetType().Name, stackTrace = stack }));
        }
    }

    // Of "Assembly::Type::Method": what AWS's client does by reflection.
    class Function
    {
        readonly MethodInfo method;
        readonly object instance;
        readonly ILambdaSerializer serializer;

        public Function(string handler)
        {
            string[] parts = handler.Split("::");
            Assembly assembly = AssemblyLoadContext.Default.LoadFromAssemblyName(new AssemblyName(parts[0]));
            Type type = assembly.GetType(parts[1]) ?? throw new ArgumentException($"Unable to load type '{parts[1]}' from assembly '{parts[0]}'.");
            method = type.GetMethod(parts[2]) ?? throw new ArgumentException($"Unable to find method '{parts[2]}' in type '{parts[1]}'.");
            instance = method.IsStatic ? null : Activator.CreateInstance(type);
            var attribute = assembly.GetCustomAttribute<LambdaSerializerAttribute>();
            serializer = (ILambdaSerializer)Activator.CreateInstance(attribute.SerializerType);
        }

        public async Task<byte[]> Run(Stream @event, ILambdaContext context)
        {
            object[] arguments = method.GetParameters().Select(one => one.ParameterType == typeof(ILambdaContext) ? context : Read(@event, one.ParameterType)).ToArray();
            object answer = method.Invoke(instance, arguments);
            Type type = method.ReturnType;
            if (answer is Task task)
            {
                await task;
                answer = type.GetProperty("Result").GetValue(task);
                type = type.GetGenericArguments()[0];
            }
            var written = new MemoryStream();
            typeof(ILambdaSerializer).GetMethod("Serialize").MakeGenericMethod(type).Invoke(serializer, new[] { answer, written });
            return written.ToArray();
        }

        object Read(Stream @event, Type type) => typeof(ILambdaSerializer).GetMethod("Deserialize").MakeGenericMethod(type).Invoke(serializer, new object[] { @event });
    }

    class Context : ILambdaContext, ILambdaLogger
    {
        readonly HttpResponseMessage next;
        public Context(HttpResponseMessage next) => this.next = next;

        string Header(string name) => next.Headers.GetValues("Lambda-Runtime-" + name).First();
        public string AwsRequestId => Header("Aws-Request-Id");
        public string InvokedFunctionArn => Header("Invoked-Function-Arn");
        public string FunctionName => Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_NAME");
        public TimeSpan RemainingTime => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(Header("Deadline-Ms"))) - DateTimeOffset.UtcNow;
        public ILambdaLogger Logger => this;
        public void Log(string message) => Console.Write(message);
        public void LogLine(string message) => Console.WriteLine(message);
    }
}
