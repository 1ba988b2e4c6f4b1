// SPDX-License-Identifier: Apache-2.0

internal import CEventReactor
import Glibc

/// How a process ended.
package enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
    /// It exited with a code, 0 to 255.
    case exited(Int32)
    /// A signal ended it.
    case signaled(Int32)

    package var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signaled(let signal): "signal \(signal)"
        }
    }

    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .signaled(signal)
    }
}

/// What a child process is to be.
package struct ChildConfiguration: Sendable {
    package var executable: String
    /// A descriptor of the program: what it is open on is executed, whatever the path leads to by now. Not for scripts.
    package var executableDescriptor: Int32?
    /// Without the program's own name.
    package var arguments: [String]
    /// `NAME=value` entries; nothing is inherited.
    package var environment: [String]
    package var workingDirectory: String?
    /// Descriptors of the parent that become the child's 0, 1 and 2; nil is `/dev/null`. All others are closed.
    package var standardInput: Int32?
    package var standardOutput: Int32?
    package var standardError: Int32?
    /// Sent to the child when this process, or the loop's thread, ends.
    package var deathSignal: Int32?
    package var leadsProcessGroup = false
    package var gainsNoPrivileges = false
    package var fileModeMask: UInt32?

    package init(executable: String, arguments: [String] = [], environment: [String] = []) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }
}

/// A running child process. Its end is reported once, on the loop's thread, after it has been reaped.
package final class ChildProcess: EventHandler, @unchecked Sendable {
    // Safety: loop-confined, asserted at every entry.
    package let identifier: Int32
    package private(set) var status: ExitStatus?
    private let loop: EventLoop
    private let leadsProcessGroup: Bool
    private var descriptor = FileDescriptor.none
    private var whenEnded: ((ExitStatus) -> Void)?

    /// Starts a child from the loop's thread, which the death signal is tied to.
    package static func start(
        _ configuration: ChildConfiguration,
        loop: EventLoop,
        whenEnded: @escaping (ExitStatus) -> Void
    ) throws(SystemError) -> ChildProcess {
        loop.assertOnLoop()
        let identifier = try spawn(configuration)
        let child = ChildProcess(identifier, loop, configuration.leadsProcessGroup, whenEnded)
        do throws(SystemError) {
            try loop.children.insert(child, loop: loop)
        } catch {
            // No descriptor was left to wait for its end with.
            _ = kill(identifier, SIGKILL)
            while waitpid(identifier, nil, 0) == -1, errno == EINTR {}
            throw error
        }
        return child
    }

    private init(
        _ identifier: Int32,
        _ loop: EventLoop,
        _ leadsProcessGroup: Bool,
        _ whenEnded: @escaping (ExitStatus) -> Void
    ) {
        self.identifier = identifier
        self.loop = loop
        self.leadsProcessGroup = leadsProcessGroup
        self.whenEnded = whenEnded
    }

    /// Sends a signal to the child, or to its process group when it leads one. Does nothing once it has been reaped:
    /// the number may belong to another process then.
    package func send(signal: Int32) {
        loop.assertOnLoop()
        guard status == nil, identifier > 1 else { return }
        if leadsProcessGroup { _ = killpg(identifier, signal) } else { _ = kill(identifier, signal) }
    }

    /// Waits for the end on a descriptor of the process, where the kernel has them (Linux 5.3).
    func watch() -> Bool {
        let number = cer_pidfd_open(identifier)
        guard number >= 0 else { return false }
        descriptor = FileDescriptor(owning: number)
        do {
            try loop.register(number, for: .readable, handler: self)
            return true
        } catch {
            descriptor = .none
            return false
        }
    }

    package func descriptorIsReady(_ readiness: Readiness) {
        reap()
    }

    /// Asks whether this child has ended; never for any other child of the process.
    func reap() {
        guard status == nil else { return }
        var waitStatus: Int32 = 0
        var result: pid_t
        repeat { result = waitpid(identifier, &waitStatus, WNOHANG) } while result == -1 && errno == EINTR
        // ECHILD: somebody else has reaped it, the status is lost.
        guard result == identifier || (result == -1 && errno == ECHILD) else { return }
        let ended = result == identifier ? ExitStatus(waitStatus: waitStatus) : .exited(255)
        status = ended
        if descriptor.number >= 0 { loop.deregister(descriptor.number) }
        descriptor = .none
        loop.children.remove(self)
        let report = whenEnded
        whenEnded = nil
        report?(ended)
    }

    private static func spawn(_ configuration: ChildConfiguration) throws(SystemError) -> Int32 {
        var step: UnsafePointer<CChar>?
        let arguments = [configuration.executable] + configuration.arguments
        let result = withCStringArray(arguments) { argumentVector in
            withCStringArray(configuration.environment) { environmentVector in
                configuration.executable.withCString { executable in
                    withOptionalCString(configuration.workingDirectory) { directory in
                        var request = cer_spawn_request(
                            executable: executable,
                            arguments: argumentVector,
                            environment: environmentVector,
                            working_directory: directory,
                            standard_input: configuration.standardInput ?? -1,
                            standard_output: configuration.standardOutput ?? -1,
                            standard_error: configuration.standardError ?? -1,
                            death_signal: configuration.deathSignal ?? 0,
                            new_process_group: configuration.leadsProcessGroup ? 1 : 0,
                            no_new_privileges: configuration.gainsNoPrivileges ? 1 : 0,
                            file_mode_mask: configuration.fileModeMask.map(Int32.init) ?? -1,
                            executable_descriptor: configuration.executableDescriptor ?? -1
                        )
                        return cer_spawn(&request, &step)
                    }
                }
            }
        }
        guard result > 0 else {
            let call = step.map { String(cString: $0) } ?? "spawn"
            let subject = call == "chdir" ? configuration.workingDirectory : configuration.executable
            throw SystemError(call: call, number: -result, subject: subject)
        }
        return result
    }
}

private func withCStringArray<Result>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("an array with one element has an address") }
        return body(base)
    }
}

private func withOptionalCString<Result>(_ string: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let string else { return body(nil) }
    return string.withCString { body($0) }
}
