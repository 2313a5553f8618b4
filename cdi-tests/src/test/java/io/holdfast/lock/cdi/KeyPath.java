// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StackFrame;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.MethodEntryEvent;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.MethodEntryRequest;
import io.holdfast.lock.testkit.postgres.TestDatabase;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which of our files a call goes through until the driver sends the statement that asks for the lock. The call runs in
 * a JVM of its own, which this class debugs. A file is shown as its type, relative to the package io.holdfast.lock.
 *
 * @param callerFrames the stack of the thread that calls, outermost first
 * @param keeperFrames the stack of the thread that sends the statement while the caller waits; empty if the caller does
 * @param visited every file of which a method was entered on these threads, in the order of the first entry
 */
record KeyPath(List<String> callerFrames, List<String> keeperFrames, Set<String> visited) {

    private static final String DRIVER_STATEMENT = "org.postgresql.jdbc.PgPreparedStatement";
    private static final Pattern ASKS_FOR_LOCK = Pattern.compile("pg_(try_)?advisory_(xact_)?lock(_shared)?\\(");
    private static final Pattern OURS = Pattern.compile("io[.]holdfast[.]lock[.](?!cdi[.]|testkit[.]).+");

    /** From the call to the statement, the two threads joined where one hands over to the other. */
    List<String> frames() {
        return Stream.concat(callerFrames.stream(), keeperFrames.stream()).toList();
    }

    /**
     * Starts the main class, which calls its method {@code callBegins} before the call.
     *
     * @param setting a system property of the application
     */
    static KeyPath of(Class<?> application, TestDatabase database, String setting) throws Exception {
        ListeningConnector connector = Bootstrap.virtualMachineManager().listeningConnectors().stream()
                .filter(each -> each.transport().name().equals("dt_socket"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        arguments.get("localAddress").setValue("localhost");
        arguments.get("timeout").setValue("30000");
        String address = connector.startListening(arguments);
        Process process = start(application, database, address, setting);
        try {
            return new Debugger(connector.accept(arguments), application).follow();
        } catch (VMDisconnectedException e) {
            throw new AssertionError("the application ended early: see key-path.log below target/tmp", e);
        } finally {
            connector.stopListening(arguments);
            process.destroyForcibly().waitFor();
        }
    }

    private static Process start(Class<?> application, TestDatabase database, String address, String setting)
            throws Exception {
        String temporary = System.getProperty("java.io.tmpdir");
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-agentlib:jdwp=transport=dt_socket,suspend=y,address=" + address,
                        "-XX:-UsePerfData",
                        "-Djava.io.tmpdir=" + temporary,
                        "-D" + setting,
                        "-Dpostgres.url=" + database.url(),
                        "-Dpostgres.user=" + database.user(),
                        "-Dpostgres.password=" + database.password(),
                        "-classpath",
                        System.getProperty("java.class.path"),
                        application.getName())
                .redirectErrorStream(true)
                .redirectOutput(new File(temporary, "key-path.log"))
                .start();
    }

    /** What happens in the other JVM. */
    private static final class Debugger {

        /** A method that was entered. */
        private record Visit(ThreadReference thread, String type) {}

        private final VirtualMachine machine;
        private final Class<?> application;
        private final List<Visit> visits = new ArrayList<>();
        private final MethodEntryRequest entries;
        private ThreadReference caller;

        Debugger(VirtualMachine machine, Class<?> application) {
            this.machine = machine;
            this.application = application;
            List.of(application.getName(), DRIVER_STATEMENT).forEach(this::reportLoading);
            entries = machine.eventRequestManager().createMethodEntryRequest();
            entries.addClassFilter("io.holdfast.lock.*");
            entries.setSuspendPolicy(EventRequest.SUSPEND_NONE);
        }

        private void reportLoading(String type) {
            ClassPrepareRequest request = machine.eventRequestManager().createClassPrepareRequest();
            request.addClassFilter(type);
            request.enable();
        }

        private void stopIn(ReferenceType type, String method) {
            machine.eventRequestManager()
                    .createBreakpointRequest(type.methodsByName(method).get(0).location())
                    .enable();
        }

        KeyPath follow() throws Exception {
            while (true) {
                EventSet events = machine.eventQueue().remove();
                for (Event event : events) {
                    if (event instanceof ClassPrepareEvent loaded) {
                        ReferenceType type = loaded.referenceType();
                        stopIn(type, type.name().equals(DRIVER_STATEMENT) ? "executeWithFlags" : "callBegins");
                    } else if (event instanceof MethodEntryEvent entry) {
                        visits.add(new Visit(
                                entry.thread(), entry.location().declaringType().name()));
                    } else if (event instanceof BreakpointEvent stop) {
                        if (stop.location().declaringType().name().equals(application.getName())) {
                            caller = stop.thread();
                            entries.enable();
                        } else if (caller != null && asksForLock(stop.thread())) {
                            return pathTo(stop.thread());
                        }
                    }
                }
                events.resume();
            }
        }

        private static boolean asksForLock(ThreadReference thread) throws Exception {
            StackFrame frame = thread.frame(0);
            // The driver's statement shows its SQL.
            String sql = frame.thisObject()
                    .invokeMethod(
                            thread,
                            frame.location()
                                    .declaringType()
                                    .methodsByName("toString")
                                    .get(0),
                            List.of(),
                            0)
                    .toString();
            return ASKS_FOR_LOCK.matcher(sql).find();
        }

        private KeyPath pathTo(ThreadReference sender) throws Exception {
            entries.disable();
            boolean isKeeper = !sender.equals(caller);
            if (isKeeper) {
                awaitCaller(sender);
            }
            List<String> visited = visits.stream()
                    .filter(visit ->
                            visit.thread().equals(caller) || visit.thread().equals(sender))
                    .map(Visit::type)
                    .toList();
            return new KeyPath(
                    frames(caller), isKeeper ? frames(sender) : List.of(), new LinkedHashSet<>(files(visited)));
        }

        /** Lets the caller run until it waits for the thread that sends the statement. */
        private void awaitCaller(ThreadReference keeper) {
            keeper.suspend();
            machine.resume();
            while (caller.status() != ThreadReference.THREAD_STATUS_WAIT
                    && caller.status() != ThreadReference.THREAD_STATUS_SLEEPING) {
                Thread.onSpinWait();
            }
            machine.suspend();
        }

        private static List<String> frames(ThreadReference thread) throws IncompatibleThreadStateException {
            List<String> types = new ArrayList<>();
            for (StackFrame frame : thread.frames()) {
                types.add(frame.location().declaringType().name());
            }
            Collections.reverse(types);
            return files(types);
        }

        /** Nested types, lambdas and client proxies belong to the file of their type. */
        private static List<String> files(List<String> types) {
            return types.stream()
                    .filter(type -> OURS.matcher(type).matches())
                    .map(type -> type.replaceAll("[$].*", "").substring("io.holdfast.lock.".length()))
                    .toList();
        }
    }
}
