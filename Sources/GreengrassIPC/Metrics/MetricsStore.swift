// SPDX-License-Identifier: Apache-2.0

internal import EventReactor

/// Where a client counts. In the steady state nothing is allocated: an operation has its place after its first call.
final class MetricsStore: Sendable {
    private struct State {
        /// Without the calls, which come at rates at which hashing their names would show.
        var figures = GreengrassIPCMetrics()
        /// A component calls a few operations, and mostly one of them again and again.
        var calls: [(operation: String, figures: GreengrassIPCMetrics.Calls)] = []
        var latest = 0

        mutating func place(of operation: String) -> Int {
            // Names of one origin are the same storage, which is all that is compared then.
            if latest < calls.count, calls[latest].operation == operation { return latest }
            if let index = calls.firstIndex(where: { $0.operation == operation }) {
                latest = index
            } else {
                latest = calls.count
                calls.append((operation, GreengrassIPCMetrics.Calls()))
            }
            return latest
        }

        /// The subscriptions that are open; what is in their buffers is counted there.
        var open: [ObjectIdentifier: (operation: String, buffer: EventBuffer)] = [:]
    }

    private let state = Lock(State())

    func callFinished(
        _ operation: OperationDescriptor,
        _ result: Result<[UInt8], GreengrassIPCError>,
        after duration: Duration
    ) {
        state.withLock { state in
            let place = state.place(of: operation.name)
            Self.count(&state.calls[place].figures, result, duration)
        }
    }

    private static func count(
        _ calls: inout GreengrassIPCMetrics.Calls,
        _ result: Result<[UInt8], GreengrassIPCError>,
        _ duration: Duration
    ) {
        switch result {
        case .success: calls.succeeded += 1
        case .failure(let error):
            calls.failed[error.code, default: 0] += 1
            guard error.code.serviceErrorName != nil || error.code == .unmodelledError else { return }
        }
        calls.latency.add(duration)
    }

    func connectionChanged(_ change: (inout GreengrassIPCMetrics.Connection) -> Void) {
        state.withLock { change(&$0.figures.connection) }
    }

    func subscriptionChanged(
        _ operation: OperationDescriptor,
        _ change: (inout GreengrassIPCMetrics.Subscriptions) -> Void
    ) {
        state.withLock { change(&$0.figures.subscriptions[operation.name, default: .init()]) }
    }

    func subscriptionOpened(_ record: SubscriptionRecord) {
        state.withLock { state in
            state.figures.subscriptions[record.operation.name, default: .init()].open += 1
            state.open[ObjectIdentifier(record.buffer)] = (record.operation.name, record.buffer)
        }
    }

    func subscriptionEnded(_ record: SubscriptionRecord, _ error: GreengrassIPCError?) {
        let buffered = record.buffer.figures
        state.withLock { state in
            state.open[ObjectIdentifier(record.buffer)] = nil
            Self.end(
                &state.figures.subscriptions[record.operation.name, default: .init()],
                buffered.delivered,
                buffered.peakWaiting,
                isSlow: error?.code == .slowConsumer
            )
        }
    }

    private static func end(
        _ figures: inout GreengrassIPCMetrics.Subscriptions,
        _ events: Int,
        _ peak: Int,
        isSlow: Bool
    ) {
        figures.open -= 1
        figures.events += events
        figures.peakWaiting = max(figures.peakWaiting, peak)
        if isSlow { figures.slowConsumers += 1 }
    }

    func snapshot() -> GreengrassIPCMetrics {
        state.withLock { state in
            var figures = state.figures
            for (operation, calls) in state.calls { figures.calls[operation] = calls }
            for (operation, buffer) in state.open.values {
                let buffered = buffer.figures
                figures.subscriptions[operation, default: .init()].events += buffered.delivered
                figures.subscriptions[operation, default: .init()].waiting += buffered.waiting
                figures.subscriptions[operation, default: .init()].waitingBytes += buffered.waitingBytes
                let peak = max(figures.subscriptions[operation]?.peakWaiting ?? 0, buffered.peakWaiting)
                figures.subscriptions[operation, default: .init()].peakWaiting = peak
            }
            return figures
        }
    }
}
