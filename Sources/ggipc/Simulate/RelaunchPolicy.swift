// SPDX-License-Identifier: Apache-2.0

import EventReactor
import GreengrassIPCTesting

/// Whether a nucleus starts a component again whose process has ended.
struct RelaunchPolicy: Sendable {
    private let dialect: Dialect
    /// When it ended with an error, in the last hour.
    private var failures: [Duration] = []

    private static let window = Duration.seconds(3600)
    private static let limit = 3

    enum Decision: Sendable, Hashable {
        /// It has done its work.
        case finished
        case relaunch(after: Duration)
        /// It has failed too often: nothing more until the next deployment.
        case broken
    }

    init(_ dialect: Dialect) {
        self.dialect = dialect
    }

    /// - Parameter now: on any clock that does not stop.
    mutating func ended(_ status: ExitStatus, now: Duration) -> Decision {
        guard isFailure(status) else { return .finished }
        failures.removeAll { now - $0 >= Self.window }
        failures.append(now)
        guard failures.count < Self.limit else { return .broken }
        switch dialect {
        case .classic: return .relaunch(after: failures.count == 1 ? .milliseconds(15) : .seconds(1))
        case .lite: return .relaunch(after: .seconds(1))
        }
    }

    private func isFailure(_ status: ExitStatus) -> Bool {
        switch status {
        case .exited(let code): return code != 0
        case .signaled(let signal):
            // To systemd SIGHUP, SIGINT, SIGPIPE and SIGTERM are no failures.
            return dialect == .classic || ![1, 2, 13, 15].contains(signal)
        }
    }
}

extension Dialect {
    /// How long a component has between SIGTERM and SIGKILL.
    var stopTimeout: Duration {
        switch self {
        case .classic: .milliseconds(5050)
        case .lite: .seconds(90)
        }
    }
}
