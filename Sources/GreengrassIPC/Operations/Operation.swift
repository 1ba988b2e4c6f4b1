// SPDX-License-Identifier: Apache-2.0

/// The names that an operation goes by on the wire.
public struct OperationDescriptor: Sendable {
    /// One reference in place of five: a descriptor goes along with each call and each event.
    private final class Names: Sendable {
        let name: String
        let requestShape: String
        let eventShape: String?
        let eventShapeBytes: [UInt8]?
        let responseShapeBytes: [UInt8]

        init(_ name: String, _ eventShape: String?) {
            self.name = name
            requestShape = name + "Request"
            self.eventShape = eventShape
            eventShapeBytes = eventShape.map { Array($0.utf8) }
            responseShapeBytes = Array((name + "Response").utf8)
        }
    }

    private let names: Names

    /// The operation's full name: `aws.greengrass#GetConfiguration`.
    public var name: String { names.name }
    /// The shape of its request.
    public var requestShape: String { names.requestShape }
    /// The shape of the events of a streaming operation; nil for a one-shot one.
    public var eventShape: String? { names.eventShape }
    var eventShapeBytes: [UInt8]? { names.eventShapeBytes }
    var responseShapeBytes: [UInt8] { names.responseShapeBytes }

    /// Describes an operation.
    ///
    /// - Parameters:
    ///   - name: The full name, with namespace.
    ///   - eventShape: The full name of the union that its events are of, when it has events.
    public init(_ name: String, eventShape: String? = nil) {
        names = Names(name, eventShape)
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
