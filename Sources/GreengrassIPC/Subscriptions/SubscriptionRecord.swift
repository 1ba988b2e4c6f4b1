// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// A subscription as the client keeps it: what to ask for, where events go, and which streams it has now.
final class SubscriptionRecord: @unchecked Sendable {
    // Safety: made by the subscriber's task, from then on touched on the loop's thread only.
    let operation: OperationDescriptor
    let payload: [UInt8]
    let buffer: EventBuffer
    let responseTimeout: Duration?
    var machine: SubscriptionMachine
    var streams: [Int: (connection: Connection, id: Int32)] = [:]
    var firstResponse: UnsafeContinuation<Result<[UInt8], GreengrassIPCError>, Never>?
    /// Subscriptions are made again in the order in which they were first asked for.
    var number = 0
    var timer: LoopTimer?

    init(_ operation: OperationDescriptor, payload: [UInt8], buffer: EventBuffer, options: SubscriptionOptions) {
        self.operation = operation
        self.payload = payload
        self.buffer = buffer
        responseTimeout = options.responseTimeout
        machine = SubscriptionMachine(renewal: options.renewal, retry: options.retry)
    }
}
