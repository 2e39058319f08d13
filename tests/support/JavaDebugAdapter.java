// The debug adapter that VS Code's Debugger for Java is made of, for one folder of sources, on a port that it prints. What
// only Eclipse's compiler can do is left out: expressions, and so conditions and log points.
import com.microsoft.java.debug.core.IEvaluatableBreakpoint;
import com.microsoft.java.debug.core.adapter.HotCodeReplaceEvent;
import com.microsoft.java.debug.core.adapter.ICompletionsProvider;
import com.microsoft.java.debug.core.adapter.IEvaluationProvider;
import com.microsoft.java.debug.core.adapter.IHotCodeReplaceProvider;
import com.microsoft.java.debug.core.adapter.IProviderContext;
import com.microsoft.java.debug.core.adapter.ISourceLookUpProvider;
import com.microsoft.java.debug.core.adapter.IVirtualMachineManagerProvider;
import com.microsoft.java.debug.core.adapter.ProtocolServer;
import com.microsoft.java.debug.core.adapter.ProviderContext;
import com.sun.jdi.Bootstrap;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.Value;
import io.reactivex.Observable;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

public class JavaDebugAdapter {
  public static void main(String[] arguments) throws Exception {
    Path sources = Path.of(arguments[0]);
    try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      System.out.println(server.getLocalPort());
      for (;;) {
        Socket client = server.accept();
        ProtocolServer session = new ProtocolServer(client.getInputStream(), client.getOutputStream(), providers(sources));
        new Thread(session::run).start();
      }
    }
  }

  private static IProviderContext providers(Path sources) {
    ProviderContext context = new ProviderContext();
    context.registerProvider(ISourceLookUpProvider.class, new Sources(sources));
    context.registerProvider(IVirtualMachineManagerProvider.class, (IVirtualMachineManagerProvider) Bootstrap::virtualMachineManager);
    context.registerProvider(ICompletionsProvider.class, (ICompletionsProvider) (frame, text, line, column) -> List.of());
    context.registerProvider(IEvaluationProvider.class, new NoEvaluation());
    context.registerProvider(IHotCodeReplaceProvider.class, new NoReplacement());
    return context;
  }

  private static final class Sources implements ISourceLookUpProvider {
    private final Path root;

    Sources(Path root) {
      this.root = root;
    }

    public boolean supportsRealtimeBreakpointVerification() {
      return false;
    }

    public String[] getFullyQualifiedName(String uri, int[] lines, int[] columns) {
      String file = root.relativize(Path.of(uri.startsWith("file:") ? URI.create(uri).getPath() : uri)).toString();
      String[] names = new String[lines.length];
      Arrays.fill(names, file.replaceAll("\\.java$", "").replace('/', '.'));
      return names;
    }

    public String getSourceFileURI(String name, String file) {
      Path found = root.resolve(file);
      return Files.exists(found) ? found.toUri().toString() : null;
    }

    public String getSourceContents(String uri) {
      return "";
    }
  }

  private static final class NoEvaluation implements IEvaluationProvider {
    private static CompletableFuture<Value> none() {
      return CompletableFuture.failedFuture(new UnsupportedOperationException("no expression is evaluated here"));
    }

    public boolean isInEvaluation(ThreadReference thread) {
      return false;
    }

    public CompletableFuture<Value> evaluate(String expression, ThreadReference thread, int depth) {
      return none();
    }

    public CompletableFuture<Value> evaluate(String expression, ObjectReference self, ThreadReference thread) {
      return none();
    }

    public CompletableFuture<Value> evaluateForBreakpoint(IEvaluatableBreakpoint breakpoint, ThreadReference thread) {
      return none();
    }

    public CompletableFuture<Value> invokeMethod(
        ObjectReference self, String name, String signature, Value[] arguments, ThreadReference thread, boolean isSuper) {
      return none();
    }

    public void clearState(ThreadReference thread) {}
  }

  private static final class NoReplacement implements IHotCodeReplaceProvider {
    public void onClassRedefined(Consumer<List<String>> consumer) {}

    public CompletableFuture<List<String>> redefineClasses() {
      return CompletableFuture.completedFuture(List.of());
    }

    public Observable<HotCodeReplaceEvent> getEventHub() {
      return Observable.never();
    }
  }
}
