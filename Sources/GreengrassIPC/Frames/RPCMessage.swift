// SPDX-License-Identifier: Apache-2.0

package import EventStream

/// What kind of frame a message is: the header `:message-type` [protocol 2.1].
package enum MessageType {
    package static let application: Int32 = 0
    package static let applicationError: Int32 = 1
    package static let ping: Int32 = 2
    package static let pingResponse: Int32 = 3
    package static let connect: Int32 = 4
    package static let connectAck: Int32 = 5
    package static let protocolError: Int32 = 6
    package static let internalError: Int32 = 7
}

/// The bits of the header `:message-flags`.
package enum MessageFlags {
    package static let connectionAccepted: Int32 = 1
    package static let terminateStream: Int32 = 2
}

/// A message with the headers that the RPC layer knows picked out in one pass, without copying.
package struct RPCMessage: Sendable {
    package let type: Int32
    package let flags: Int32
    package let streamID: Int32
    package let headers: MessageHeaders
    package let payload: ArraySlice<UInt8>
    private let contentTypeRange: Range<Int>?
    private let modelTypeRange: Range<Int>?

    /// Nil when one of the three headers that every frame has is absent or no int32.
    package init?(_ message: Message) {
        var type: Int32?
        var flags: Int32?
        var streamID: Int32?
        var contentType: Range<Int>?
        var modelType: Range<Int>?
        message.headers.forEachRaw { header in
            switch header.value {
            case .int32(let value):
                if header.isNamed(":message-type") {
                    type = type ?? value
                } else if header.isNamed(":message-flags") {
                    flags = flags ?? value
                } else if header.isNamed(":stream-id") {
                    streamID = streamID ?? value
                }
            case .string(_, at: let range):
                if header.isNamed("service-model-type") {
                    modelType = modelType ?? range
                } else if header.isNamed(":content-type") {
                    contentType = contentType ?? range
                }
            default:
                break
            }
        }
        guard let type, let flags, let streamID else { return nil }
        self.type = type
        self.flags = flags
        self.streamID = streamID
        headers = message.headers
        payload = message.payload
        contentTypeRange = contentType
        modelTypeRange = modelType
    }

    package var terminatesStream: Bool { flags & MessageFlags.terminateStream != 0 }

    package var contentType: String? { contentTypeRange.map(headers.string(at:)) }
    package var hasShape: Bool { modelTypeRange != nil }
    package var modelType: String? { modelTypeRange.map(headers.string(at:)) }

    /// Whether the payload is of a shape, given as UTF-8.
    package func isOfShape(_ shape: [UInt8]) -> Bool {
        guard let modelTypeRange, modelTypeRange.count == shape.count else { return false }
        return headers.bytes(at: modelTypeRange).elementsEqual(shape)
    }

    /// Whether the name of the payload's shape ends so.
    func shapeHasSuffix(_ suffix: StaticString) -> Bool {
        guard let modelTypeRange, modelTypeRange.count >= suffix.utf8CodeUnitCount else { return false }
        let tail = modelTypeRange.suffix(suffix.utf8CodeUnitCount)
        return headers.bytes(at: tail).elementsEqual(suffix.description.utf8)
    }
}
