// SPDX-License-Identifier: Apache-2.0

/// What went wrong with a simulated nucleus itself.
public struct NucleusSimulatorError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of error.
    public var code: Code
    /// What happened, for people to read.
    public var message: String

    /// The kinds of errors; a structure, so that more can come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case cannotListen, invalidToken, unknownComponent, timedOut, stopped, invalidState, invalidFault
            case componentFailed
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The socket cannot be made, its path is too long, or somebody else listens there.
        public static let cannotListen = Self(.cannotListen)
        /// A token has not 16 characters, or two components have the same.
        public static let invalidToken = Self(.invalidToken)
        /// There is no component of that name.
        public static let unknownComponent = Self(.unknownComponent)
        /// What was waited for did not happen in time.
        public static let timedOut = Self(.timedOut)
        /// The simulator was stopped.
        public static let stopped = Self(.stopped)

        /// A shadow cannot be so.
        public static let invalidState = Self(.invalidState)

        /// The component that a test runs has ended with an error.
        public static let componentFailed = Self(.componentFailed)

        /// There is no fault of that name, or its value makes no sense.
        public static let invalidFault = Self(.invalidFault)

        /// The code's name.
        public var description: String { kind.rawValue }
    }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
