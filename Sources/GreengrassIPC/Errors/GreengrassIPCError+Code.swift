// SPDX-License-Identifier: Apache-2.0

extension GreengrassIPCError {
    /// The kinds of errors. More may come: a `switch` over codes needs a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: Hashable {
            case local(Local)
            case service(String)
        }

        private enum Local: String {
            case accessDenied, connectionLost, notConnected, timeout, cancelled, closed, slowConsumer, overloaded
            case protocolViolation, invalidConfiguration, invalidRequest, requestTooLarge, invalidResponse
            case unmodelledError
        }

        private let value: Value

        private init(_ local: Local) { value = .local(local) }
        private init(service name: String) { value = .service(name) }

        /// The nucleus refused the token. Only a relaunch of the component brings a new one.
        public static let accessDenied = Code(.accessDenied)
        /// The connection was lost while the call was under way; whether the nucleus has acted on it is not known.
        public static let connectionLost = Code(.connectionLost)
        /// No connection could be made within the call's timeout.
        public static let notConnected = Code(.notConnected)
        /// The nucleus did not answer within the call's timeout.
        public static let timeout = Code(.timeout)
        /// The caller's task was cancelled.
        public static let cancelled = Code(.cancelled)
        /// The client has been shut down.
        public static let closed = Code(.closed)
        /// The consumer of a subscription fell behind by more than its buffer holds; the subscription has ended.
        public static let slowConsumer = Code(.slowConsumer)
        /// The nucleus does not take what has been written already.
        public static let overloaded = Code(.overloaded)
        /// The peer broke the protocol; the connection has been closed.
        public static let protocolViolation = Code(.protocolViolation)
        /// A setting or an environment variable is missing or wrong.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// The request cannot be expressed in JSON.
        public static let invalidRequest = Code(.invalidRequest)
        /// The request is over the peer's frame limit; nothing was sent.
        public static let requestTooLarge = Code(.requestTooLarge)
        /// The response is not what the service model says.
        public static let invalidResponse = Code(.invalidResponse)
        /// The nucleus answered with an error that names no shape: an unknown operation, or a fault of its own.
        public static let unmodelledError = Code(.unmodelledError)

        /// An error of the service by its name without namespace: `UnauthorizedError`.
        public static func service(_ name: String) -> Code { Code(service: name) }

        /// The name of the service's error, without namespace; nil for an error that was made on this side.
        public var serviceErrorName: String? {
            if case .service(let name) = value { name } else { nil }
        }

        /// The code's name: the service's own name of an error, or this library's word.
        public var description: String {
            switch value {
            case .local(let local): local.rawValue
            case .service(let name): name
            }
        }
    }
}
