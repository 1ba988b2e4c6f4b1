// SPDX-License-Identifier: Apache-2.0

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
