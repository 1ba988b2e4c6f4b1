// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

// Operations by name and JSON: for tools, and for operations that are newer than this library.
extension GreengrassIPCClient {
    /// Sends a request by the operation's name, and waits for its response.
    ///
    /// ```swift
    /// let response = try await client.call(operation: "GetConfiguration", request: ["keyPath": ["services"]])
    /// ```
    /// Nothing is known of the operation but its name, so the JSON has to be as the nucleus wants it: blobs are padded
    /// base64, timestamps are doubles in seconds (`1700000000.0`; nucleus lite refuses integers), enumerations are
    /// strings, members that are absent are left out and not null.
    ///
    /// - Parameters:
    ///   - operation: With or without `aws.greengrass#`; an operation of another namespace needs it.
    ///   - request: The request, an object.
    ///   - timeout: How long to wait, a connection included; nil is the configuration's `callTimeout`.
    /// - Throws: `.invalidRequest` for a name or a request that cannot be sent, else what a typed call throws.
    public func call(
        operation: String,
        request: JSONValue = [:],
        timeout: Duration? = nil
    ) async throws(GreengrassIPCError) -> JSONValue {
        let descriptor = try OperationDescriptor(byName: operation, request: request)
        guard !descriptor.namesSubscription else {
            let text = "the operation's stream stays open and brings events: subscribe to it"
            throw GreengrassIPCError(.invalidRequest, text, operation: descriptor.name)
        }
        return try await exchange(descriptor, request, timeout ?? configuration.callTimeout)
    }

    /// Opens a subscription by the operation's name for as long as `body` takes.
    ///
    /// What comes on the stream before or after the response is an event, whatever its shape.
    ///
    /// - Parameters:
    ///   - operation: With or without `aws.greengrass#`; an operation of another namespace needs it.
    ///   - request: The request, an object; as for ``call(operation:request:timeout:)``.
    ///   - options: How the subscription is kept.
    ///   - body: Gets the events as they are on the wire; the subscription ends when it is left.
    /// - Throws: `.invalidRequest` for a name or a request that cannot be sent, `GreengrassIPCError` when the
    ///   subscription is refused, and whatever `body` throws.
    public func subscribe<Result>(
        operation: String,
        request: JSONValue = [:],
        options: SubscriptionOptions = SubscriptionOptions(),
        _ body: (Subscription<JSONValue>) async throws -> Result
    ) async throws -> Result {
        try await open(OperationDescriptor(byName: operation, request: request), request, options, body)
    }
}

extension OperationDescriptor {
    private static let namespace = "aws.greengrass#"
    /// Headers hold no longer strings; the shape of the request is in one too.
    private static let longestName = 32_000

    /// An operation of which the name alone is known.
    init(byName name: String, request: JSONValue) throws(GreengrassIPCError) {
        let isSpelledLikeOne = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard isSpelledLikeOne, !name.isEmpty, name.last != "#", name.utf8.count <= Self.longestName else {
            let text = "an operation's name has letters only and no blanks, such as GetConfiguration; this one has not"
            throw GreengrassIPCError(.invalidRequest, text)
        }
        let fullName = name.contains("#") ? name : Self.namespace + name
        guard case .object = request else {
            let text = "a request is a JSON object, {} when nothing is asked; this one is \(request.kindName)"
            throw GreengrassIPCError(.invalidRequest, text, operation: fullName)
        }
        self.init(fullName)
    }

    /// All operations that bring events are named so, and none that does not.
    fileprivate var namesSubscription: Bool {
        name.split(separator: "#").last?.hasPrefix("SubscribeTo") == true
    }
}

extension JSONValue {
    /// What kind of value it is, for texts; never the value itself.
    fileprivate var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .integer, .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
