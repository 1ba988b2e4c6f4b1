// SPDX-License-Identifier: Apache-2.0

import EventStream

/// What a connection's machine wants done, in order.
enum ConnectionAction: Sendable {
    case send([UInt8], OutgoingKind)
    /// Close the socket once everything before is written.
    case close
    /// Find out who that is, then tell the machine.
    case authenticate(Credentials)
    case call(ServiceCall)
    /// The client ended this stream.
    case streamEnded(Int32)
    case finding(Finding)
}

/// What CONNECT said about who connects.
struct Credentials: Sendable, Equatable {
    var token: String?
    var componentName: String?
}

/// A request on a new stream.
struct ServiceCall: Sendable {
    var stream: Int32
    /// The full name, as it was sent.
    var operation: String
    var payload: ArraySlice<UInt8>
}
