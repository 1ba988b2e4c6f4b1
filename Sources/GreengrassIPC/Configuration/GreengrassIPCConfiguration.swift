// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// How a client reaches the nucleus and how it behaves.
public struct GreengrassIPCConfiguration: Sendable {
    /// How the component says who it is.
    public enum Authentication: Sendable {
        /// The token that the nucleus gave to this start of the component, in `SVCUID`.
        case svcuid(String)
        /// The component's name: nucleus lite alone takes it, and checks the process behind the socket.
        case componentName(String)
    }

    /// The largest frame that the peer takes.
    public enum FrameLimit: Sendable, Hashable {
        /// 16 MiB, what every classic nucleus takes.
        case classic
        /// 10 000 bytes: lite resets the connection for one byte more.
        case lite
        /// A limit in bytes.
        case bytes(Int)

        /// The limit in bytes.
        public var byteCount: Int {
            switch self {
            case .classic: 16 * 1024 * 1024
            case .lite: 10_000
            case .bytes(let count): count
            }
        }
    }

    /// The two nuclei.
    public enum Nucleus: Sendable, Hashable {
        /// The Java nucleus.
        case classic
        /// Nucleus lite.
        case lite
    }

    /// The nucleus's socket; at most 107 bytes, or the relative path that the nucleus gave.
    public var socketPath: String
    /// How the component says who it is.
    public var authentication: Authentication
    /// How long a call waits for its answer, a connection included.
    public var callTimeout: Duration = .seconds(10)
    /// How long the nucleus may take to accept a connection.
    public var connectTimeout: Duration = .seconds(10)
    /// The waits between attempts to connect.
    public var backoff = Backoff()
    /// Which nucleus it is, for those who know; nil leaves it to be told from the rest of the configuration.
    public var nucleus: Nucleus?
    /// The largest frame that is sent.
    public var frameLimit: FrameLimit
    /// The largest frame that is accepted, in bytes.
    public var receiveLimit = 24 * 1024 * 1024
    /// Gets what a library must not keep to itself and cannot throw: reconnects, gaps. ``LogEvent/Key`` says what comes
    /// with which event. Called on the client's own thread; must not block.
    public var log: (@Sendable (LogEvent) -> Void)?

    /// A configuration with all defaults.
    ///
    /// The frame limit is lite's when the socket's file is named `gg-ipc.socket`, as lite names it.
    public init(socketPath: String, authentication: Authentication) {
        self.socketPath = socketPath
        self.authentication = authentication
        frameLimit = socketPath.split(separator: "/").last == "gg-ipc.socket" ? .lite : .classic
    }

    /// The variable that holds the socket's path.
    public static let socketPathVariable = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"
    /// The variable that holds the token.
    public static let tokenVariable = "SVCUID"

    /// What the nucleus put into the component's environment.
    ///
    /// - Throws: `.invalidConfiguration`, naming the variable that is missing.
    public static func fromEnvironment() throws(GreengrassIPCError) -> GreengrassIPCConfiguration {
        try GreengrassIPCConfiguration(environment: CurrentProcess.environment(_:))
    }

    package init(environment: (String) -> String?) throws(GreengrassIPCError) {
        func value(_ name: String) throws(GreengrassIPCError) -> String {
            guard let value = environment(name), !value.isEmpty else {
                throw GreengrassIPCError(
                    .invalidConfiguration,
                    "the environment variable \(name) is missing: "
                        + "the nucleus sets it for the components that it starts"
                )
            }
            return value
        }
        let path = try value(Self.socketPathVariable)
        self.init(socketPath: path, authentication: .svcuid(try value(Self.tokenVariable)))
        try check()
    }

    /// What only lite takes, or has, tells lite.
    var isKnownToBeLite: Bool {
        if let nucleus { return nucleus == .lite }
        if case .componentName = authentication { return true }
        return frameLimit == .lite
    }

    /// When a subscription is renewed whose options do not say.
    func renewal(of operation: OperationDescriptor) -> SubscriptionOptions.Renewal {
        lingers(operation) ? .soon : .never
    }

    /// Whether the nucleus may keep a filter for one that it has, and is giving up.
    func lingers(_ operation: OperationDescriptor) -> Bool {
        operation.name == "aws.greengrass#SubscribeToIoTCore" && !isKnownToBeLite
    }

    /// Checks what can be checked without the nucleus.
    func check() throws(GreengrassIPCError) {
        guard !socketPath.isEmpty, !socketPath.utf8.contains(0) else {
            throw GreengrassIPCError(.invalidConfiguration, "the socket's path is empty or holds a zero byte")
        }
        let length = socketPath.utf8.count
        guard length <= SocketAddress.longestPath else {
            throw GreengrassIPCError(
                .invalidConfiguration,
                "the socket's path has \(length) bytes and Linux takes \(SocketAddress.longestPath): \(socketPath); "
                    + "use the relative path that the nucleus gives, from the component's working directory"
            )
        }
    }
}
