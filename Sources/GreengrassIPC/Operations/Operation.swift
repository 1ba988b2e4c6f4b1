// SPDX-License-Identifier: Apache-2.0

/// The names that an operation goes by on the wire.
public struct OperationDescriptor: Sendable {
    /// The operation's full name: `aws.greengrass#GetConfiguration`.
    public let name: String
    /// The shape of its request.
    public let requestShape: String
    /// The shape of the events of a streaming operation; nil for a one-shot one.
    public let eventShape: String?
    let eventShapeBytes: [UInt8]?
    let responseShapeBytes: [UInt8]

    /// Describes an operation.
    ///
    /// - Parameters:
    ///   - name: The full name, with namespace.
    ///   - eventShape: The full name of the union that its events are of, when it has events.
    public init(_ name: String, eventShape: String? = nil) {
        self.name = name
        requestShape = name + "Request"
        self.eventShape = eventShape
        eventShapeBytes = eventShape.map { Array($0.utf8) }
        responseShapeBytes = Array((name + "Response").utf8)
    }
}

/// An operation of the service with one response.
public protocol GreengrassIPCOperation: Sendable {
    /// What is asked.
    associatedtype Request: JSONWritable & Sendable
    /// What is answered.
    associatedtype Response: JSONReadable & Sendable
    /// The operation's names on the wire.
    static var descriptor: OperationDescriptor { get }
}

/// An operation whose stream stays open and brings events.
public protocol GreengrassIPCStreamingOperation: GreengrassIPCOperation {
    /// What its stream brings.
    associatedtype Event: JSONReadable & Sendable
}
