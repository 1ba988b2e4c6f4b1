// SPDX-License-Identifier: Apache-2.0

/// Values of `:message-type`.
enum MessageType {
    static let applicationMessage: Int32 = 0
    static let applicationError: Int32 = 1
    static let ping: Int32 = 2
    static let pingResponse: Int32 = 3
    static let connect: Int32 = 4
    static let connectAcknowledgement: Int32 = 5
    static let protocolError: Int32 = 6
    static let internalError: Int32 = 7
}

/// Bits of `:message-flags`.
enum MessageFlags {
    static let connectionAccepted: Int32 = 1
    static let terminateStream: Int32 = 2
}

/// Names of headers.
enum HeaderName {
    static let messageType: StaticString = ":message-type"
    static let messageFlags: StaticString = ":message-flags"
    static let streamIdentifier: StaticString = ":stream-id"
    static let version = ":version"
    static let contentType: StaticString = ":content-type"
    static let operation: StaticString = "operation"
    static let serviceModelType: StaticString = "service-model-type"
    static let svcuid: StaticString = "svcuid"
}

/// What every name in the service model begins with.
let modelNamespace = "aws.greengrass#"
