// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The log on standard error, as localproxy 3.3 writes it.
struct Output {
    /// The levels, by their number for `-v`.
    enum Level: Int {
        case fatal = 1
        case error
        case warning
        case info
        case debug
        case trace
    }

    /// Lines of a higher number are not shown.
    var verbosity = Level.info.rawValue

    func log(_ level: Level, _ text: String) {
        // The real one shows the closing, though it calls it trace.
        let isClosing = text.hasPrefix("Web socket close received.") && verbosity >= Level.info.rawValue
        guard level.rawValue <= verbosity || isClosing else { return }
        Self.write("[\(Self.timestamp())] (0x\(Self.threadID())) [\(level)] \(text)\n", to: STDERR_FILENO)
    }

    /// Writes all of a text.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        let date = "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
        let time = "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
        return "\(date) \(time).\(padded(Int32(now.tv_nsec / 1000), to: 6))"
    }

    private static func padded(_ number: Int32, to width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func threadID() -> String {
        let digits = String(UInt(pthread_self()), radix: 16)
        return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
    }
}

/// Why the program ends before it has begun: exit code 1.
enum Failure: Error {
    /// A wrong use of the options.
    case usage(String)
    /// A value that is refused; `rejected` names what the warning before it says.
    case invalid(rejected: String, String)

    func report() {
        switch self {
        case .usage(let text):
            Output.write(text + "\nTry 'localproxy --help' for a list of options.\n", to: STDERR_FILENO)
        case .invalid(let rejected, let text):
            let output = Output()
            if !rejected.isEmpty { output.log(.warning, "SECURITY: Rejected input for \(rejected)") }
            output.log(.fatal, text)
        }
    }
}
